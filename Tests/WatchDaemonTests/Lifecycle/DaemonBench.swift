import Glibc
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

/// A daemon with folders of its own, in this process.
final class DaemonBench {
  let folder: ScratchFolder
  let processor = FakeProcessor()
  let lines = LogLines()
  var configuration: Configuration
  private(set) var daemon: Daemon?
  private var stopped = Flag()

  init(in parent: String = "/tmp", _ change: (inout Configuration) -> Void = { _ in }) throws {
    folder = ScratchFolder(in: parent)
    for name in ["in", "out", "spool"] { try Files.makeFolder(folder.path + "/" + name, .spool) }
    configuration = Configuration(
      inbox: folder.path + "/in", outbox: folder.path + "/out", spool: folder.path + "/spool")
    configuration.scanSeconds = 0.1
    configuration.quietSeconds = 0.3
    configuration.limitSeconds = 60
    configuration.minFreeMegabytes = 0
    configuration.drainSeconds = 5
    change(&configuration)
  }

  func start() throws {
    let stopped = Flag()
    self.stopped = stopped
    let processor = processor
    let parts = Daemon.Parts(
      makeProcessor: { _ throws(DaemonFailure) in processor }, headers: FakeHeaders(),
      log: Log(isJournal: false) { [lines] in lines.add($0) }, notify: SystemdNotify { _ in nil }, cores: 2,
      version: "test")
    let daemon = try Daemon(configuration, parts) { stopped.set() }
    self.daemon = daemon
    daemon.start()
  }

  /// Stops as a first SIGTERM does, and waits for it.
  func stop() async throws {
    daemon?.terminate()
    try await wait("the daemon stops") { stopped.isSet }
    daemon = nil
  }

  func drop(_ text: String, as name: String) throws { try folder.write(text, to: "in/" + name) }

  func drop(study: String, instance: String, patient: String = "P", content: String = "x", as name: String)
    throws
  {
    try drop(Fake.file(study: study, instance: instance, patient: patient, content: content), as: name)
  }

  var published: [String] {
    ((try? Files.names(in: folder.path + "/out", .outbox)) ?? []).filter {
      !$0.hasPrefix(".") && !OutboxIndex.names.contains($0)
    }
  }

  func result(_ name: String) throws -> String { try folder.text(of: "out/\(name)/study.json") }

  func sums() -> FileSums { daemon.map { FileSums($0.store.read { $0 }) } ?? FileSums(Ledger()) }

  /// Every claim is at its end.
  var isIdle: Bool { daemon?.store.read { $0.unfinished.isEmpty } ?? true }

  func wait(_ what: String, seconds: Double = 20, until isTrue: () throws -> Bool) async throws {
    let deadline = SystemClock.monotonic() + seconds
    while try !isTrue() {
      if SystemClock.monotonic() > deadline {
        Issue.record("waited in vain until \(what)\n\(lines.text)")
        throw CancellationError()
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// What was dropped is where it belongs: each content is in the spool once for each time it was dropped, nothing is
  /// left in the inbox, and what stands in the outbox is whole.
  func checkNothingLost(dropped: [String]) throws {
    var found: [String] = []
    for name in try folder.files(below: "spool")
    where name.contains("/done/") || name.contains("/quarantine/") {
      if !name.hasSuffix("reason.json") { found.append(try folder.text(of: name)) }
    }
    #expect(found.sorted() == dropped.sorted())
    #expect(try folder.files(below: "in").isEmpty)
    #expect(try folder.files(below: "spool/claimed").isEmpty)
    for name in published { #expect(try folder.files(below: "out/" + name).count == 2) }
    #expect(sums().reconciles && sums().open == 0)
  }
}

final class Flag: Sendable {
  private let value = Guarded(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

final class LogLines: Sendable {
  private let lines = Guarded<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var text: String { lines.withLock { $0.joined() } }
}
