#include "heap.h"

#include <malloc.h>

void hd_limit_heaps(int count) { mallopt(M_ARENA_MAX, count > 1 ? count : 1); }

void hd_release_free_memory(void) { malloc_trim(0); }
