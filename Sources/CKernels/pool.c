// One loop at a time. The caller sets `tickets` to the number of units and raises `generation`; every thread,
// the caller included, draws tickets until they are used up, and the loop is over when `pending` is zero. A
// worker that comes late finds no ticket and touches nothing, so nobody waits for it. An idle worker spins for
// some microseconds, since the next layer usually follows at once, and then sleeps on a futex.
#define _GNU_SOURCE
#include "include/ck_pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SPINS = 2000 };

typedef struct {
  ck_pool *pool;
  pthread_t handle;
  int32_t index;
} worker;

struct ck_pool {
  // Written by the caller before it sets `tickets`; read by whoever holds a ticket.
  ck_work work;
  void *context;
  int32_t units;
  int32_t threads;
  worker *workers;
  _Atomic bool stopping;
  _Alignas(64) _Atomic uint32_t generation;
  _Atomic uint32_t sleepers;
  _Alignas(64) _Atomic int32_t tickets;
  _Alignas(64) _Atomic uint32_t pending;
  _Atomic uint32_t caller_sleeps;
};

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

// Waits until *word differs from value and gives what it became. `sleepers` tells the waker to wake.
//
// No wake is lost: the waiter counts itself before it looks at the word again, and the waker changes the word before
// it looks at the count. All four are sequentially consistent, so that one of the two sees what the other did; with
// weaker orders both could look first. The kernel compares the word once more before it puts the thread to sleep.
static uint32_t wait_for_change(_Atomic uint32_t *word, uint32_t value, _Atomic uint32_t *sleepers) {
  for (int i = 0; i < SPINS; i++) {
    uint32_t now = atomic_load_explicit(word, memory_order_acquire);
    if (now != value) return now;
    pause_briefly();
  }
  atomic_fetch_add(sleepers, 1);
  uint32_t now;
  while ((now = atomic_load(word)) == value) futex_wait(word, value);
  atomic_fetch_sub(sleepers, 1);
  return now;
}

static void take_units(ck_pool *pool, int32_t thread) {
  for (;;) {
    // May belong to a loop that began after this thread woke for the one before: then it works for that one, whose
    // `work` it sees, since the draw reads what the caller's store to `tickets` wrote. It goes below zero by one a
    // thread, until the next loop sets it.
    int32_t ticket = atomic_fetch_sub(&pool->tickets, 1);
    if (ticket <= 0) return;
    pool->work(pool->context, pool->units - ticket, thread);
    // From the last subtraction on the caller may return and begin another loop: of the pool, nothing but what
    // outlives a loop is touched after it. `ck_pool_destroy` joins this thread before it frees the pool.
    if (atomic_fetch_sub(&pool->pending, 1) == 1 && atomic_load(&pool->caller_sleeps))
      futex_wake(&pool->pending, 1);
  }
}

static void *worker_main(void *argument) {
  worker *self = argument;
  ck_pool *pool = self->pool;
  uint32_t seen = 0;
  for (;;) {
    seen = wait_for_change(&pool->generation, seen, &pool->sleepers);
    if (atomic_load(&pool->stopping)) return NULL;
    take_units(pool, self->index);
  }
}

// Raised after the tickets are set, so that whoever wakes for it finds them.
static void publish(ck_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers)) futex_wake(&pool->generation, pool->threads);
}

ck_pool *ck_pool_create(int32_t threads) {
  ck_pool *pool = aligned_alloc(64, (sizeof(ck_pool) + 63) / 64 * 64);
  if (!pool) return NULL;
  memset(pool, 0, sizeof(*pool));
  pool->threads = 1;
  pool->workers = calloc(threads, sizeof(worker));
  // Signals are the process's business: the workers inherit a mask that leaves them all to others.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int32_t i = 1; pool->workers && i < threads; i++) {
    worker *each = &pool->workers[i];
    *each = (worker){.pool = pool, .index = i};
    if (pthread_create(&each->handle, NULL, worker_main, each) != 0) break;
    pthread_setname_np(each->handle, "inference");
    pool->threads++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (pool->workers && pool->threads == threads) return pool;
  ck_pool_destroy(pool);
  return NULL;
}

void ck_pool_destroy(ck_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stopping, true);
  publish(pool);
  for (int32_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].handle, NULL);
  free(pool->workers);
  free(pool);
}

int32_t ck_pool_threads(const ck_pool *pool) { return pool->threads; }

void ck_pool_run(ck_pool *pool, ck_work work, void *context, int32_t units) {
  if (pool->threads == 1 || units < 2) {
    for (int32_t unit = 0; unit < units; unit++) work(context, unit, 0);
    return;
  }
  // Nobody reads these three now: the loop before ended with the last unit of work, and a thread that is late finds no
  // ticket. They and `pending` come before `tickets`, with which such a thread may begin at once.
  pool->work = work;
  pool->context = context;
  pool->units = units;
  atomic_store(&pool->pending, (uint32_t)units);
  atomic_store(&pool->tickets, units);
  publish(pool);
  take_units(pool, 0);
  // Only the subtraction to zero wakes the caller; what it sees in between changes nothing.
  for (uint32_t left; (left = atomic_load(&pool->pending));)
    wait_for_change(&pool->pending, left, &pool->caller_sleeps);
}
