import Foundation
import TestSupport
import Testing

/// Many small files at once.
@Suite(.serialized, .enabled(if: DaemonProcess.isPossible)) struct DaemonLoadTests {
  /// The full number takes minutes on a small machine: it is run with `HINGED_BENCHMARKS=1`.
  static let files = ProcessInfo.processInfo.environment["HINGED_BENCHMARKS"] == nil ? 120 : 2_000

  @Test func manySmallFilesArePublishedOnceAndTheSumsReconcile() async throws {
    let daemon = try DaemonProcess(["quiet_seconds": "2"])
    try daemon.useTinyModel()
    var drops = Drops()
    for index in 0..<Self.files {
      let study = "1.2.\(index % (Self.files / 10))"
      let file = Drops.picture(study: study, instance: "\(study).\(index)")
      drops.add(file)
      try daemon.drop(file.bytes, as: "f\(index % 7)/\(index % 31)/IM\(index)")
    }
    try daemon.start()
    #expect(try await daemon.waitUntilIdle(taken: Self.files, seconds: 600))
    let status = try daemon.command("status", "--json").output
    let object = try JSONSerialization.jsonObject(with: Data(status.utf8)) as? [String: Any]
    let sums = object?["files"] as? [String: Any]
    #expect(sums?["taken"] as? Int == Self.files && sums?["reconciles"] as? Bool == true)
    #expect((sums?["excluded"] as? Int ?? 0) + (sums?["used"] as? Int ?? 0) == Self.files, "\(status)")
    #expect(try await daemon.ended() == 0)
    #expect(try drops.faults(of: daemon) == [])
    #expect(try Drops.results(in: daemon.outbox) == drops.studies)
  }
}
