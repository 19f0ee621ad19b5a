import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform
@testable import WatchDaemon

/// What must be told of a trouble of a real daemon, whatever it is: `hinged status` says a sentence and exits with 1 as
/// long as it lasts, a metric is 1, and log and the operator's command tell once of its start and once of its end.
enum TroubleBench {
  /// A daemon whose command for troubles writes down how it was called.
  static func daemon(outbox: String? = nil, _ settings: [String: String] = [:]) throws
    -> DaemonProcess
  {
    let daemon = try DaemonProcess(outbox: outbox, settings)
    try daemon.useTinyModel()
    try daemon.makeHook("tell", "echo \"$#\" \"$1\" \"$2\" >>'\(daemon.folder)/told'")
    try Data().write(to: URL(fileURLWithPath: daemon.folder + "/told"))
    daemon.settings["on_trouble"] = daemon.folder + "/tell"
    try DaemonProcess.makeFolder(daemon.folder + "/metrics")
    daemon.settings["metrics"] = daemon.folder + "/metrics/hinged.prom"
    return daemon
  }

  /// What must be told of a trouble from its start, made already, to its end.
  static func check(
    _ daemon: DaemonProcess, _ name: Trouble.Name, saying words: String, metric: Bool = true,
    mend: () async throws -> Void
  ) async throws {
    let begun = ContinuousClock.now
    let sample = "hinged_trouble{name=\"\(name.rawValue)\"} "
    var answer = (status: Int32(0), output: "")
    let starts = try await daemon.wait(every: DaemonProcess.askingPause) {
      answer = try daemon.command("status", "--json")
      return answer.status == 1 && answer.output.contains("\"name\": \"\(name.rawValue)\"")
    }
    #expect(starts, "\(name.rawValue): \(answer.output)\(daemon.log)")
    #expect(answer.output.contains(words), "\(answer.output)")
    if metric { #expect(try await daemon.wait { daemon.metrics.contains(sample + "1\n") }) }
    #expect(try await daemon.wait { daemon.told.contains("2 \(name.rawValue) start") }, "\(daemon.log)")
    try await mend()
    // The pauses between tries double: on a busy machine the next one may come as late again as all that went before.
    let patience = DaemonProcess.patience + 3 * Double((ContinuousClock.now - begun).components.seconds)
    #expect(
      try await daemon.wait(seconds: patience) { daemon.log.contains("trouble=\(name.rawValue) seconds=") },
      "\(daemon.log)")
    #expect(try await daemon.wait { daemon.told.contains("2 \(name.rawValue) end") })
    if metric { #expect(try await daemon.wait { daemon.metrics.contains(sample + "0\n") }) }
    let after = try daemon.command("status", "--json").output
    #expect(!after.contains("\"name\": \"\(name.rawValue)\""), "\(after)")
    #expect(daemon.logged("trouble: ", name) == 1 && daemon.logged("trouble over: ", name) == 1)
    #expect(daemon.told.filter { $0.contains(name.rawValue) }.count == 2, "\(daemon.told)")
  }
}

extension DaemonProcess {
  var metrics: String {
    (try? String(contentsOfFile: folder + "/metrics/hinged.prom", encoding: .utf8)) ?? ""
  }

  /// How the command for troubles was called: how many arguments, and which.
  var told: [String] {
    ((try? String(contentsOfFile: folder + "/told", encoding: .utf8)) ?? "").split(separator: "\n").map(
      String.init)
  }

  func makeHook(_ name: String, _ script: String) throws {
    try "#!/bin/sh\n\(script)\n".write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    chmod(folder + "/" + name, 0o755)
  }

  /// Lines of the log that begin so and are of a trouble.
  func logged(_ start: String, _ name: Trouble.Name) -> Int {
    log.split(separator: "\n").count { $0.contains(" " + start) && $0.contains("trouble=\(name.rawValue)") }
  }

  func command(_ words: [String], file: String) -> (status: Int32, output: String) {
    let output = folder + "/output-\(UUID().uuidString)"
    let status = (try? Child([Products.hinged] + words + ["--config", file], output: output))?.wait() ?? -1
    return (status, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
  }
}
