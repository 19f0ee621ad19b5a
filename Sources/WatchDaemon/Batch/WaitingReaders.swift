import Dispatch
import Platform

/// Readers that wait for a disk or a share far more than they compute: more of them than there are cores.
enum WaitingReaders {
  /// As many as a share answers well. Each holds one study's files or headers at a time.
  static let readers = max(16, MachineShare.processors)

  /// Runs `body` on as many threads, and returns when all are done. (`concurrentPerform` has no more than cores.)
  static func run(_ threads: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<threads {
      DispatchQueue(label: "hinged.reader.\(index)").async(group: group) { body(index) }
    }
    group.wait()
  }
}
