import Foundation
import Glibc
import TestSupport

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// `hinged run` as a real process, with folders of its own.
final class DaemonProcess {
  let folder: String
  private let owned: TemporaryFolder
  private var process: Child?
  private var livesBefore = 0
  private var logFile: String { owned.path + "/log" }
  var settings: [String: String]
  /// Runs the daemon in place of this process: `setpriv` and its arguments, say.
  private var launcher: [String] = []

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

  func start(environment: [String: String] = [:]) throws {
    livesBefore = lives
    try writeConfiguration()
    process = try Child(
      launcher + [Products.hinged, "run", "--config", configuration], output: logFile,
      environment: environment)
  }

  private func writeConfiguration() throws {
    let text = settings.map { "\($0.key) = \($0.value)\n" }.joined()
    try text.write(toFile: configuration, atomically: true, encoding: .utf8)
  }

  /// Changes settings while the daemon runs.
  func reload(_ changes: [String: String]) throws {
    settings.merge(changes) { $1 }
    try writeConfiguration()
    signal(SIGHUP)
  }

  /// The shipped model takes longer to load than most tests take.
  func useTinyModel() throws { settings["model"] = try TinyModel.write(into: folder) }

  var pid: Int32 { process?.pid ?? 0 }
  var isRunning: Bool { process?.isRunning ?? false }

  /// Sends a signal, waits for the end, and gives the exit status.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) throws -> Int32 {
    guard let process else { return -1 }
    self.signal(signal)
    defer { self.process = nil }
    return process.wait()
  }

  /// The same without a thread that waits.
  func ended(by signal: Int32 = SIGTERM) async throws -> Int32 {
    self.signal(signal)
    // One that does not end is killed, and that is not the status of one that was asked to.
    _ = try await wait { !isRunning }
    return try end(SIGKILL)
  }

  func signal(_ number: Int32) { if isRunning { kill(pid, number) } }

  var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

  /// Runs another command of `hinged` on this daemon's configuration, as its user. What it says on both outputs is `output`.
  func command(_ words: String...) throws -> (status: Int32, output: String) { try command(words) }

  func command(_ words: [String]) throws -> (status: Int32, output: String) {
    let output = owned.path + "/output-\(UUID().uuidString)"
    let status = try Child(
      launcher + [Products.hinged] + words + ["--config", configuration], output: output
    )
    .wait()
    return (status, try String(contentsOfFile: output, encoding: .utf8))
  }
}

/// Waiting, bounded but not judged by the clock.
extension DaemonProcess {
  /// Seconds after which something is taken to hang. Beside browsers a test may get no turn for two minutes, and what a
  /// daemon tries again with doubled pauses may then take as long once more.
  static let patience = 400.0

  func wait(
    seconds: Double = patience, every pause: Duration = .milliseconds(30), until isTrue: () throws -> Bool
  ) async throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try !isTrue() {
      if Date() > deadline { return false }
      try await Task.sleep(for: pause)
    }
    return true
  }

  /// Between two askings of `hinged`: each is a process, and the suites ask beside one another.
  static let askingPause: Duration = .milliseconds(300)

  /// How often a daemon here has told that it watches the inbox.
  var lives: Int { log.components(separatedBy: "hinged watches the inbox").count - 1 }

  func waitForLog(_ text: String) async throws -> Bool {
    try await wait { log.contains(text) || !isRunning } && log.contains(text)
  }

  func waitForStatus(_ isTrue: (String) -> Bool) async throws -> Bool {
    try await wait(every: Self.askingPause) { isTrue(try command("status").output) }
  }

  /// Waits until as many files were taken and each of them is at its end, as the journal tells it.
  func waitUntilIdle(taken: Int, seconds: Double = patience) async throws -> Bool {
    try await wait(seconds: seconds) {
      // The journal of an earlier life may tell of rest before this one hears a signal.
      guard lives > livesBefore, let ledger = try? StudyJournal.read(spool + "/journal") else { return false }
      return ledger.unfinished.isEmpty && FileSums(ledger).taken >= taken
    }
  }
}

/// Rights taken away: to the superuser no file is unreadable.
extension DaemonProcess {
  static let nobody: uid_t = 65_534
  private static let setpriv = "/usr/bin/setpriv"

  static var mayLoseRights: Bool { geteuid() != 0 || access(setpriv, X_OK) == 0 }

  /// The daemon runs as nobody from now on, and owns what is there.
  func giveUpRights() throws {
    guard geteuid() == 0 else { return }
    let id = "\(Self.nobody)"
    launcher = [Self.setpriv, "--reuid=\(id)", "--regid=\(id)", "--clear-groups"]
    lchown(folder, Self.nobody, Self.nobody)
    guard let names = FileManager.default.enumerator(atPath: folder) else { return }
    for case let name as String in names { lchown(folder + "/" + name, Self.nobody, Self.nobody) }
  }
}
