import Foundation
import Glibc
import TestSupport

@testable import Platform

/// The torture's shim (`Tests/torture/fault_shim.c`) in a daemon of a test: calls fail, and the clock is set, as this
/// process says while the daemon runs.
final class FaultShim {
  /// Bits, in the order of the shim's `enum kind`.
  static let reading = 1 << 1
  /// Bits, in the order of `TORTURE_PLACES`.
  static let inbox = 1 << 0

  private static let compiler = "/usr/bin/cc"
  static var isPossible: Bool { access(compiler, X_OK) == 0 }

  private let library: String
  private let plan: String
  private let places: String
  private static let words = 12 + 18 + 1

  /// - Throws: where it cannot be compiled.
  init(for daemon: DaemonProcess) throws {
    library = daemon.folder + "/shim.so"
    plan = daemon.folder + "/plan"
    places = [daemon.inbox, daemon.spool, daemon.outbox].joined(separator: ":")
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("torture/fault_shim.c").path
    let status = try Child(
      [Self.compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"],
      output: daemon.folder + "/cc"
    ).wait()
    guard status == 0 else { throw FileError(.start, .program, code: ENOEXEC) }
    try Data(count: 8 * Self.words).write(to: URL(fileURLWithPath: plan))
  }

  var environment: [String: String] {
    ["LD_PRELOAD": library, "TORTURE_PLAN": plan, "TORTURE_PLACES": places]
  }

  /// From now on all calls of the kinds in the places fail.
  func fail(_ kinds: Int, in places: Int, code: Int32) throws {
    for (field, value) in [(1, kinds), (2, places), (3, Int(code)), (4, 0), (5, 1), (6, 1 << 40), (0, 1)] {
      try set(field, Int64(value))
    }
  }

  func mend() throws { try set(0, 0) }

  func setClock(forwardBy milliseconds: Int64) throws { try set(8, milliseconds) }

  /// As if so much time had passed since the machine started, by the clock that nobody sets.
  func setUptime(forwardBy milliseconds: Int64) throws { try set(Self.words - 1, milliseconds) }

  /// - Parameter field: Of the shim's `struct plan`, each of eight bytes.
  private func set(_ field: Int, _ value: Int64) throws {
    let file = try Descriptor.open(plan, O_WRONLY, .scratch)
    let bytes = withUnsafeBytes(of: value.littleEndian) { Array($0) }
    guard pwrite(file.raw, bytes, bytes.count, off_t(8 * field)) == bytes.count else {
      throw FileError(.write, .scratch)
    }
  }
}
