import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// The end of an archive that was taken apart.
@Suite struct ArchiveEndTests {
  /// The last study of the archive is settled, the disk fails at that moment, and nothing else happens any more.
  @Test func endThatCannotBeWrittenDownIsTriedAgain() async throws {
    let folder = ScratchFolder()
    let spool = Spool(path: folder.path)
    try spool.prepare()
    let isFailing = Guarded(false)
    let store = try StudyStore(spool) { _ throws(FileError) in
      if isFailing.withLock({ $0 }) { throw FileError(.write, .journal, code: EIO) }
    }
    var box = Claim.example(study: nil, files: [.example(source: "box.zip", instance: nil)])
    box.isBox = true
    for entry: Ledger.Entry in [
      .claim(box), .event(claim: 1, .claimed(missing: [])), .event(claim: 1, .unpacked),
    ] { try store.record([entry]) }
    try Files.makeFolder(spool.unpackedFolder(1), mode: 0o700, .spool)
    try UnpackedBox().write(spool.unpackedFolder(1))
    let archives = ArchiveService(store: store, spool: spool, log: Log())
    isFailing.withLock { $0 = true }
    let isClosed = Guarded(false)
    // Asked by each claim that ends: one try follows, and not one for each.
    for _ in 0..<3 { archives.close(1) { isClosed.withLock { $0 = true } } }
    var status = StatusSnapshot.nothing
    for _ in 0..<200 where status.health.putOff.isEmpty {
      try await Task.sleep(for: .milliseconds(20))
      archives.describe(&status)
    }
    #expect(
      status.health.putOff.keys.allSatisfy { $0.hasPrefix("an archive cannot be brought to its end yet") })
    #expect(status.health.putOff.count == 1 && !isClosed.withLock { $0 })
    isFailing.withLock { $0 = false }
    // Beside others this test may have its turns so seldom that tries lie minutes apart by now.
    for _ in 0..<20_000 where !isClosed.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
    #expect(isClosed.withLock { $0 } && store.state(of: 1)?.phase == .concluded)
    status = .nothing
    archives.describe(&status)
    #expect(status.health.putOff.isEmpty)
  }
}
