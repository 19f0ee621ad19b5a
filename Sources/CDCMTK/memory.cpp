#include <malloc.h>

#include <algorithm>

#include "hd_memory.h"

void hd_limit_heaps(int count) { mallopt(M_ARENA_MAX, std::max(1, count)); }

void hd_release_free_memory(void) { malloc_trim(0); }
