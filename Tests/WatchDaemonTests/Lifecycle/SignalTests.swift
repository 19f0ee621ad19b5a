import Testing

@testable import Platform
@testable import WatchDaemon

@Suite struct SignalTests {
  /// Were the handler wrapped once more by each message, a call would go through all of the wrappings, and the stack end
  /// long before.
  @Test func manyMessagesLeaveNothingBehind() {
    let (signal, number, count) = (Signal<Void>(), Signal<Int>(), Guarded(0))
    signal.connect { count.withLock { $0 += 1 } }
    number.connect { more in count.withLock { $0 += more } }
    for _ in 0..<300_000 {
      signal.send()
      number.send(2)
    }
    #expect(count.withLock { $0 } == 900_000)
  }
}
