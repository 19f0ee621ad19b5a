import Glibc
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct OutboxPublisherTests {
  let folder = ScratchFolder()
  let uid = "1.2.3.4"
  var publisher: OutboxPublisher { OutboxPublisher(outbox: folder.path) }

  private func staged(_ text: String, name: String = "work") throws -> StagingFolder {
    let staging = try StagingFolder(in: folder.path, name: name)
    try AtomicFile.write(Array(text.utf8), to: staging.path + "/study.json", .staging)
    try Files.makeFolder(staging.path + "/parts", .staging)
    try AtomicFile.write(Array("part".utf8), to: staging.path + "/parts/a", .staging)
    return staging
  }

  @Test func resultAppearsWholeUnderItsName() throws {
    let staging = try staged("one")
    #expect(try publisher.revisions(of: uid).isEmpty)
    let first = PublishedRevision(study: uid, number: 1)
    #expect(try publisher.publish(staging, as: first) == .published(first))
    #expect(try folder.files() == ["1.2.3.4/parts/a", "1.2.3.4/study.json"])
  }

  @Test(arguments: ["0640", "0600", "0644", "0664"]) func filesAndFoldersHaveTheModeThatIsAskedFor(
    _ text: String
  )
    throws
  {
    let mode = try #require(OutboxMode(text))
    let publisher = OutboxPublisher(outbox: folder.path, mode: mode)
    _ = try publisher.publish(try staged("one"), as: PublishedRevision(study: uid, number: 1))
    let digits = try ["", "/study.json", "/parts", "/parts/a"].map {
      try Files.examine(folder.path + "/1.2.3.4" + $0, .outbox).map { $0.st_mode & 0o7777 }
    }
    let (file, entered) = (mode.files, mode.folders)
    #expect(digits == [entered, file, entered, file])
    #expect(entered == file | (file >> 2 & 0o111))
  }

  @Test func revisionThatStandsIsNeverReplaced() throws {
    let first = PublishedRevision(study: uid, number: 1)
    _ = try publisher.publish(try staged("one"), as: first)
    #expect(try publisher.publish(try staged("two"), as: first) == .occupied(first))
    #expect(try folder.text(of: "1.2.3.4/study.json") == "one")
  }

  @Test func revisionsAreListedInOrderAndOthersAreNot() throws {
    for name in [
      "1.2.3.4.r10", "1.2.3.4", "1.2.3.4.r2", "1.2.3.4.r1", "1.2.3.4.r02", "1.2.3.45", "1.2.3.4.rx",
    ] {
      try Files.makeFolder(folder.path + "/" + name, .outbox)
    }
    #expect(try publisher.revisions(of: uid).map(\.number) == [1, 2, 10])
    #expect(try publisher.revisions(of: "../1").isEmpty)
  }

  @Test func latestRevisionIsTheOneThatStandsWhereEarlierOnesWereTakenAway() throws {
    for name in ["1.2.3.4.r3", "1.2.3.5", "1.2.3.6", "1.2.3.6.r2"] {
      try Files.makeFolder(folder.path + "/" + name, .outbox)
    }
    let publisher = try OutboxPublisher(lookingThrough: folder.path)
    func latest(of uid: String) throws -> Int? { try publisher.latestRevision(of: uid)?.number }
    #expect(try latest(of: uid) == 3 && latest(of: "1.2.3.5") == 1 && latest(of: "1.2.3.6") == 2)
    #expect(try latest(of: "1.2.3.7") == nil)
    // What comes or goes after it was looked through counts as well.
    try Files.makeFolder(folder.path + "/1.2.3.4.r4", .outbox)
    try Files.removeTree(folder.path + "/1.2.3.6.r2", .outbox)
    #expect(try latest(of: uid) == 4 && latest(of: "1.2.3.6") == 1)
  }

  @Test func secondRevisionHasItsNumberInItsName() throws {
    _ = try publisher.publish(try staged("one"), as: PublishedRevision(study: uid, number: 1))
    _ = try publisher.publish(try staged("two"), as: PublishedRevision(study: uid, number: 2))
    #expect(try folder.text(of: "1.2.3.4.r2/study.json") == "two")
  }

  @Test func stagingFolderOfALivingProcessIsNotTakenForAbandoned() throws {
    let staging = try staged("one")
    try StagingFolder.removeAbandoned(in: folder.path)
    #expect(try text(of: staging) == "one")
    withExtendedLifetime(staging) {}
  }

  @Test func resultsOfOneNameGrowBesideEachOtherAndTheFirstToBeDoneStands() throws {
    let first = try staged("one")
    let second = try staged("two")
    #expect(try text(of: first) == "one" && text(of: second) == "two")
    let revision = PublishedRevision(study: uid, number: 1)
    #expect(try publisher.publish(first, as: revision) == .published(revision))
    try AtomicFile.write(Array("more".utf8), to: second.path + "/late", .staging)
    #expect(try publisher.publish(second, as: revision) == .occupied(revision))
    try second.discard()
    #expect(try folder.files() == ["1.2.3.4/parts/a", "1.2.3.4/study.json"])
    #expect(try folder.text(of: "1.2.3.4/study.json") == "one")
  }

  @Test func workThatNobodyElseIsAtIsKnownByItsMark() throws {
    let other = try staged("kept", name: "1.2.3.4.plan-2of12")
    _ = try staged("gone", name: "1.2.3.4.plan-2of1")
    try StagingFolder.removeAll(in: folder.path, marked: ".plan-2of1")
    #expect(try Files.names(in: folder.path + "/.staging", .staging).count == 1)
    #expect(try text(of: other) == "kept")
  }

  @Test(arguments: ["0600", "0644", "0664"]) func folderHasItsModeFromTheFirstAndHandsItsGroupOn(
    _ text: String
  ) throws {
    chmod(folder.path, 0o2750)
    let mode = try #require(OutboxMode(text))
    let staging = try StagingFolder(in: folder.path, name: "work", mode: mode)
    let made = try #require(try Files.examine(staging.path, .staging)).st_mode & 0o7777
    let mask = try Self.mask()
    #expect(made == 0o2000 | mode.folders & ~mask)
  }

  /// What this process takes away from the modes of what it makes (proc(5)).
  private static func mask() throws -> mode_t {
    let status = String(decoding: try Files.read("/proc/self/status", .spool), as: UTF8.self)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
    return try #require(mode_t(line.split(separator: "\t")[1], radix: 8))
  }

  private func text(of staging: StagingFolder) throws -> String {
    String(decoding: try Files.read(staging.path + "/study.json", .staging), as: UTF8.self)
  }

  @Test func stagingFolderThatNobodyHoldsIsRemoved() throws {
    try folder.write("left", to: ".staging/old/study.json")
    try StagingFolder.removeAbandoned(in: folder.path)
    #expect(try Files.names(in: folder.path + "/.staging", .staging).isEmpty)
  }

  @Test func discardedWorkLeavesNothing() throws {
    try staged("one").discard()
    #expect(try folder.files().isEmpty)
  }
}
