import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct ClaimServiceTests {
  let folder = ScratchFolder()

  @Test func claimWhoseOwnFilesCannotBeTakenIsStranded() async throws {
    let isStranded = try await isStranded { _ in
      // A folder that leads nowhere, whoever looks at it.
      try Files.removeTree(folder.path + "/in/a", .inbox)
      symlink("a", folder.path + "/in/a")
    }
    #expect(isStranded)
  }

  @Test func claimThatTheSpoolHasNoPlaceForHoldsItsOwn() async throws {
    let isStranded = try await isStranded { spool in
      // Where no one, whatever his rights, makes a folder.
      try Files.removeTree(spool.claimed, .claimed)
      symlink("/sys", spool.claimed)
    }
    #expect(!isStranded)
  }

  /// Whether a claim is told to be stranded when it cannot be taken.
  /// - Parameter spoil: Makes that so.
  private func isStranded(_ spoil: (Spool) throws -> Void) async throws -> Bool {
    let spool = Spool(path: folder.path + "/spool")
    try spool.prepare()
    try folder.write("one", to: "in/a/1")
    let status = try #require(try Files.examine(folder.path + "/in/a/1", .inbox))
    let store = try StudyStore(spool)
    let file = ClaimedFile.example(source: "a/1", stamp: FileStamp(status))
    _ = try store.claim { _, id in [.example(id: id, files: [file])] }
    try spoil(spool)
    let claims = ClaimService(
      store: store, claimant: Claimant(inbox: folder.path + "/in", spool: spool), spool: spool,
      hash: .example, log: Log(isJournal: false) { _ in })
    let stranded = Flag()
    claims.fetch(1, onStranded: { stranded.set() }, then: { _ in })
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      claims.whenDone { done.resume() }
    }
    #expect(claims.strandedCounts.values.reduce(0, +) == 1)
    // What it would try again is over.
    try store.record(.claimed(missing: [1]), of: 1)
    return stranded.isSet
  }
}
