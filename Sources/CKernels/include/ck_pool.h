// A persistent pool of threads that share the units of one loop at a time.
#pragma once

#include <stdint.h>

typedef struct ck_pool ck_pool;

// Does unit `unit` of a loop; `thread` is below the pool's count, and no two calls share it at one time.
typedef void (*ck_work)(void *context, int32_t unit, int32_t thread);

// A pool of `threads`, the calling thread among them; NULL if a thread cannot be started.
// With one thread nothing is started. Idle threads sleep in the kernel.
ck_pool *ck_pool_create(int32_t threads);
void ck_pool_destroy(ck_pool *pool);
int32_t ck_pool_threads(const ck_pool *pool);

// Calls work for units 0..<units and returns when all are done. One caller at a time.
void ck_pool_run(ck_pool *pool, ck_work work, void *context, int32_t units);
