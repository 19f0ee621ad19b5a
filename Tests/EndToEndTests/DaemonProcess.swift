import Foundation
import Glibc
import TestSupport

/// `hinged run` as a real process, with folders of its own.
final class DaemonProcess {
  let folder: String
  private let owned: TemporaryFolder
  private var process: Child?
  private var logFile: String { owned.path + "/log" }
  var settings: [String: String]

  static let model: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = root.appendingPathComponent("models/camus-unet-256.onnx").path
    return FileManager.default.isReadableFile(atPath: path) ? path : nil
  }()

  /// Whether the real daemon can be started here.
  static var isPossible: Bool {
    model != nil && FileManager.default.isExecutableFile(atPath: Products.hinged)
  }

  init(outbox: String? = nil, _ settings: [String: String] = [:]) throws {
    owned = try TemporaryFolder()
    folder = owned.path
    for name in ["in", "out", "spool"] { try Self.makeFolder(folder + "/" + name) }
    self.settings = [
      "inbox": folder + "/in", "outbox": outbox ?? folder + "/out", "spool": folder + "/spool",
      "scan_seconds": "0.2",
      "quiet_seconds": "0.6", "limit_seconds": "900", "min_free_mb": "0", "outputs": "html", "width": "2",
      "threads": "1", "model": Self.model ?? "/none",
    ]
    self.settings.merge(settings) { $1 }
  }

  static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  var inbox: String { settings["inbox"]! }
  var outbox: String { settings["outbox"]! }
  var spool: String { settings["spool"]! }
  var configuration: String { folder + "/hinged.conf" }

  func start() throws {
    let text = settings.map { "\($0.key) = \($0.value)\n" }.joined()
    try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    process = try Child([Products.hinged, "run", "--config", configuration], output: logFile)
  }

  var pid: Int32 { process?.pid ?? 0 }
  var isRunning: Bool { process?.isRunning ?? false }

  /// Sends a signal, waits for the end, and gives the exit status.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) throws -> Int32 {
    guard let process else { return -1 }
    kill(process.pid, signal)
    defer { self.process = nil }
    return process.wait()
  }

  func signal(_ number: Int32) { kill(pid, number) }

  var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

  /// Runs another command of `hinged` on this daemon's configuration.
  func command(_ words: String...) throws -> (status: Int32, output: String) {
    let output = owned.path + "/output-\(UUID().uuidString)"
    let status = try Child([Products.hinged] + words + ["--config", configuration], output: output).wait()
    return (status, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
  }
}
