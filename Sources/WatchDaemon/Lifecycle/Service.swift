import Dispatch
import Platform
import Spool
import Study

/// A part of the daemon with a beginning and an end of its own. The daemon holds them in one list, and that is all it
/// knows of most of them.
///
/// Every requirement is called on the control queue.
protocol Service: Sendable {
  /// Begins its work.
  func start()
  /// Goes by a new configuration, whose places are those of the one before.
  func reload(_ configuration: Configuration)
  /// Comes every few seconds between start and stop.
  func tick()
  /// Begins nothing more, and asks what is in work to end.
  func drain()
  /// Whether nothing is in work that draining waits for.
  var isIdle: Bool { get }
  /// Draining is over, and the journal takes no more records after this.
  func stop()
  /// Adds what it knows to the daemon's status.
  func describe(_ status: inout StatusSnapshot)
  /// Adds what it knows to the gauges of the metrics.
  func describe(_ gauges: inout MetricsState.Gauges)
}

extension Service {
  func start() {}
  func reload(_ configuration: Configuration) {}
  func tick() {}
  func drain() {}
  var isIdle: Bool { true }
  func stop() {}
  func describe(_ status: inout StatusSnapshot) {}
  func describe(_ gauges: inout MetricsState.Gauges) {}
}

/// What one service tells another that is made after it. What is sent before somebody is connected is heard by nobody,
/// and nothing is sent before the daemon starts.
///
/// Sent on any queue; the handler runs on the sender's.
final class Signal<Message: Sendable>: Sendable {
  /// In a structure of its own: a function that itself is the value of something generic is wrapped once more by each
  /// access, until a call goes through so many wrappings that the stack ends.
  private struct Receiver: Sendable {
    var take: (@Sendable (Message) -> Void)?
  }

  private let receiver = Guarded(Receiver())

  func connect(_ take: @escaping @Sendable (Message) -> Void) { receiver.withLock { $0.take = take } }

  func send(_ message: Message) { receiver.withLock { $0.take }?(message) }
}

extension Signal where Message == Void {
  func send() { send(()) }
}

/// Calls back on a queue at a steady pace, from its making to its end.
final class Pulse {
  private let timer: any DispatchSourceTimer

  init(on queue: DispatchQueue, every seconds: Double, _ body: @escaping @Sendable () -> Void) {
    timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler(handler: body)
    let leeway = DispatchTimeInterval.milliseconds(Int(min(500, seconds * 100)))
    timer.schedule(deadline: .now() + seconds, repeating: seconds, leeway: leeway)
    timer.activate()
  }

  deinit { timer.cancel() }
}
