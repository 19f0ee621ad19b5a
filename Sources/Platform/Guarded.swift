import Glibc

/// A value that is touched under a lock only.
///
/// The lock is a POSIX mutex and not `Synchronization.Mutex`, whose hand-over between threads the thread sanitizer
/// does not see on Linux: every correct use would be reported as a race.
///
/// `@unchecked Sendable`: `mutex` guards `value`.
package final class Guarded<Value: ~Copyable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var value: Value

  package init(_ value: consuming Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
