import Foundation
import Study

/// A daemon of the demonstration's own: a second `hinged` that watches the demonstration's inbox.
struct DemoDaemon {
  private let process = Process()
  private let outbox: String
  private let logFile: String

  /// How long a study of two clips may take on a slow machine, in seconds.
  private static let patience = 600.0

  /// - Parameter folder: gets the configuration, the spool and the log, beside inbox and outbox.
  init(folder: String, inbox: String, outbox: String, model: String, threads: Int) throws {
    self.outbox = outbox
    logFile = folder + "/hinged.log"
    let configuration = folder + "/hinged.conf"
    let text = """
      inbox = \(inbox)
      outbox = \(outbox)
      spool = \(folder)/spool
      model = \(model)
      threads = \(threads)
      quiet_seconds = 1
      scan_seconds = 1
      min_free_mb = 64

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: configuration))
    try Data().write(to: URL(fileURLWithPath: logFile))
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["run", "--config", configuration]
    process.standardInput = FileHandle.nullDevice
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logFile))
    process.standardOutput = log
    process.standardError = log
    try process.run()
  }

  /// The study's result, once it has been published.
  func report(of study: String) throws -> StudyReport {
    let record = URL(fileURLWithPath: "\(outbox)/\(study)/study.json")
    let deadline = Date(timeIntervalSinceNow: Self.patience)
    while Date() < deadline {
      if let data = try? Data(contentsOf: record) { return try StudyJSON.decode(data) }
      guard process.isRunning else {
        throw DemoFailure(description: "the daemon ended early; \(logFile) says why")
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    throw DemoFailure(
      description: "no result within \(Int(Self.patience)) seconds; \(logFile) says how far the daemon got")
  }

  /// Lets the daemon drain and waits for its end.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
