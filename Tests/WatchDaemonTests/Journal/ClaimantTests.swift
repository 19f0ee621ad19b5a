import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// On two folders of one file system, and with the inbox on another one where there is one.
@Suite struct ClaimantTests {
  let base = ScratchFolder()
  let memory = ScratchFolder(in: "/dev/shm")

  private func claim(_ folder: ScratchFolder, _ names: [String], moves: Bool = true) throws -> Claim {
    let files = try names.enumerated()
      .map { index, name in
        let status = try #require(try Files.examine(folder.path + "/in/" + name, .inbox))
        return ClaimedFile.example(index: index + 1, source: name, stamp: FileStamp(status))
      }
    return .example(files: files, moves: moves)
  }

  private func claimant(_ folder: ScratchFolder) throws -> Claimant {
    let claimant = Claimant(inbox: folder.path + "/in", spool: Spool(path: base.path + "/spool"))
    try claimant.spool.prepare()
    return claimant
  }

  @Test(arguments: [false, true]) func filesLeaveTheInboxWholeAlsoWhenItIsRepeated(_ elsewhere: Bool) throws {
    let folder = elsewhere ? memory : base
    try folder.write("one", to: "in/a/1")
    try folder.write("two", to: "in/2")
    let claimant = try claimant(folder)
    let claim = try claim(folder, ["a/1", "2"])
    for _ in 0..<2 { #expect(try claimant.claimFiles(of: claim) == []) }
    #expect(try folder.files(below: "in") == [])
    #expect(try base.files(below: "spool/claimed") == ["spool/claimed/c1/000001", "spool/claimed/c1/000002"])
    #expect(try base.text(of: "spool/claimed/c1/000001") == "one")
    let status = try Files.examine(base.path + "/spool/claimed/c1/000001", .claimed)
    #expect(status.map { FileStamp($0) } == claim.files[0].stamp)
  }

  @Test(arguments: [false, true]) func fileThatChangedMeanwhileStaysInTheInbox(_ elsewhere: Bool) throws {
    let folder = elsewhere ? memory : base
    try folder.write("one", to: "in/1")
    try folder.write("two", to: "in/2")
    let claimant = try claimant(folder)
    let claim = try claim(folder, ["1", "2"])
    try folder.write("longer", to: "in/1")
    try Files.remove(folder.path + "/in/2", .inbox)
    #expect(try claimant.claimFiles(of: claim) == [1, 2])
    #expect(try folder.files(below: "in") == ["in/1"])
    #expect(try base.files(below: "spool/claimed") == [])
  }

  /// Between the look at it and its move it was replaced, and then another one came.
  @Test func fileThatWasMovedInPlaceOfAnotherGoesBackBesideTheOneThatCame() throws {
    try base.write("one", to: "in/a/1")
    let claimant = try claimant(base)
    let claim = try claim(base, ["a/1"])
    try base.write("replaced", to: "spool/claimed/c1/000001")
    try base.write("new", to: "in/a/1")
    let file = claim.files[0]
    let isKept = try DurableNames.change { names throws(FileError) in
      try claimant.keep(
        file, at: claimant.spool.claimedFile(claim, file), from: base.path + "/in/a/1", &names)
    }
    #expect(!isKept)
    #expect(try base.files(below: "in") == ["in/a/1", "in/a/hinged-c1-000001"])
    #expect(
      try base.text(of: "in/a/hinged-c1-000001") == "replaced" && base.files(below: "spool/claimed") == [])
  }

  @Test func crashBetweenCopyAndRemovalIsMendedAndANewFileOfThatNameIsKept() throws {
    try memory.write("one", to: "in/1")
    try memory.write("two", to: "in/2")
    let claimant = try claimant(memory)
    let claim = try claim(memory, ["1", "2"])
    _ = try claimant.claimFiles(of: claim)
    try base.write("one", to: "again")
    for name in ["1", "2"] { try memory.write(name == "1" ? "one" : "news", to: "in/" + name) }
    setTime(of: memory.path + "/in/1", to: claim.files[0].stamp)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try memory.files(below: "in") == ["in/2"])
    #expect(try memory.text(of: "in/2") == "news")
  }

  /// As two mounts of one file system have it, where a claim copies and the devices are the same.
  @Test func sourceOfACopyThatStandsGoesAndOneOfOtherBytesStays() throws {
    for (name, text) in [("1", "one"), ("2", "two"), ("3", "tri")] { try base.write(text, to: "in/" + name) }
    let claimant = try claimant(base)
    let claim = try claim(base, ["1", "2", "3"])
    for (file, text) in zip(claim.files, ["one", "two", "tri"]) {
      try base.write(text, to: "spool/claimed/c1/" + file.spoolName)
    }
    // Its removal was begun.
    let aside = base.path + "/in/.hinged-c1-000003"
    try Files.rename(base.path + "/in/3", to: aside, .inbox)
    try base.write("owt", to: "in/2")
    setTime(of: base.path + "/in/2", to: claim.files[1].stamp)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try base.files(below: "in") == ["in/2"])
    #expect(try base.text(of: "in/2") == "owt")
    #expect(try base.text(of: "spool/claimed/c1/000002") == "two")
  }

  /// It changed before it was set aside, and the process ended over it.
  @Test(arguments: ["1", "M\u{F7DC}"]) func fileThatWasSetAsideIsNotLeftHidden(_ name: String) throws {
    try base.write("one", to: "in/" + name)
    let claimant = try claimant(base)
    let claim = try claim(base, [name])
    try base.write("one", to: "spool/claimed/c1/000001")
    try base.write("changed", to: "in/" + name)
    let aside = base.path + "/in/.hinged-c1-000001"
    try Files.rename(base.path + "/in/" + name, to: aside, .inbox)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try base.files(below: "in") == ["in/" + name])
    // And with a new file of its name.
    try Files.rename(base.path + "/in/" + name, to: aside, .inbox)
    try base.write("news", to: "in/" + name)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try base.files(below: "in") == ["in/" + name, "in/hinged-c1-000001"])
    #expect(try base.text(of: "in/" + name) == "news")
    #expect(try base.text(of: "in/hinged-c1-000001") == "changed")
  }

  /// A claim that was written down before a loss of power, of a file whose writer did not sync it: size and time came to
  /// the disk and the bytes did not.
  @Test func fileWhoseBytesWereLostIsLeftAsNews() throws {
    try base.write("one", to: "in/1")
    let claimant = try claimant(base)
    var claim = try claim(base, ["1"])
    claim.files[0].sha256 = try Files.digest(base.path + "/in/1", .inbox)
    try base.write("\0\0\0", to: "in/1")
    setTime(of: base.path + "/in/1", to: claim.files[0].stamp)
    #expect(try claimant.claimFiles(of: claim, isResumed: true) == [1])
    #expect(try base.files(below: "in") == ["in/1"])
    try base.write("one", to: "in/1")
    setTime(of: base.path + "/in/1", to: claim.files[0].stamp)
    #expect(try claimant.claimFiles(of: claim, isResumed: true) == [])
    #expect(try base.files(below: "in") == [])
  }

  /// As a file system that puts the new name on the disk before it forgets the old one has it after a loss of power.
  @Test func fileThatIsThereTwiceIsTakenOnce() throws {
    try base.write("one", to: "in/1")
    let claimant = try claimant(base)
    let claim = try claim(base, ["1"])
    try base.write("", to: "spool/claimed/c1/x")
    try Files.remove(base.path + "/spool/claimed/c1/x", .claimed)
    #expect(link(base.path + "/in/1", base.path + "/spool/claimed/c1/000001") == 0)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try base.files(below: "in") == [])
    var state = StudyState(claim: claim)
    state.claim.files[0].end = .truncated
    state.concludedAt = 0
    try base.write("", to: "spool/quarantine/c1/.reason.json.1.tmp")
    #expect(
      link(
        base.path + "/spool/claimed/c1/000001", base.path + "/spool/quarantine/c1/000001") == 0)
    let settlement = Settlement(spool: claimant.spool, hash: .example)
    for _ in 0..<2 { try settlement.settle(state) }
    #expect(
      try base.files(below: "spool").filter { !$0.contains("journal") } == [
        "spool/quarantine/c1/000001", "spool/quarantine/c1/reason.json",
      ])
  }

  @Test func partOfACopyIsNotLeft() throws {
    try memory.write("one", to: "in/1")
    let claimant = try claimant(memory)
    let claim = try claim(memory, ["1"])
    try base.write("o", to: "spool/claimed/c1/000001.part")
    try memory.write("longer", to: "in/1")
    #expect(try claimant.claimFiles(of: claim) == [1])
    #expect(try base.files(below: "spool/claimed") == [])
  }

  private func setTime(of path: String, to stamp: FileStamp) {
    var times = [timespec(), timespec(tv_sec: 0, tv_nsec: 0)]
    times[1].tv_sec = Int(stamp.modified / 1_000_000_000)
    times[1].tv_nsec = Int(stamp.modified % 1_000_000_000)
    utimensat(AT_FDCWD, path, &times, 0)
  }

  @Test func nothingIsMovedFromAnInboxThatIsOnlyRead() throws {
    try base.write("one", to: "in/1")
    let claimant = try claimant(base)
    let claim = try claim(base, ["1"], moves: false)
    #expect(try claimant.claimFiles(of: claim) == [])
    #expect(try base.files(below: "in") == ["in/1"])
    #expect(try base.files(below: "spool/claimed") == [])
  }

  @Test func settledFilesAreDoneOrQuarantinedWithAReason() throws {
    try base.write("one", to: "in/JANE DOE/1")
    try base.write("two", to: "in/2")
    let claimant = try claimant(base)
    var state = StudyState(claim: try claim(base, ["JANE DOE/1", "2"]))
    _ = try claimant.claimFiles(of: state.claim)
    state.claim.files[0].end = .truncated
    state.claim.files[1].end = .used
    state.concludedAt = 0
    let settlement = Settlement(spool: claimant.spool, hash: .example)
    for _ in 0..<2 { try settlement.settle(state) }
    #expect(
      try base.files(below: "spool").filter { !$0.contains("journal") } == [
        "spool/done/1.2.3/c1/000002", "spool/quarantine/c1/000001", "spool/quarantine/c1/reason.json",
      ])
    let reason = try base.text(of: "spool/quarantine/c1/reason.json")
    #expect(reason.contains("\"truncated\"") && reason.contains(KeyedHash.example.name(of: "JANE DOE/1")))
    #expect(!reason.contains("JANE"))
  }

  @Test(arguments: ["M\u{F7DC}LLER/IM1", "A4C/M\u{F7DC}LLER", "A4C/deep/IM1"])
  func settledFileComesBackUnderItsName(_ name: String) throws {
    try base.write("one", to: "in/" + name)
    let claimant = try claimant(base)
    var state = StudyState(claim: try claim(base, [name]))
    _ = try claimant.claimFiles(of: state.claim)
    state.claim.files[0].end = .used
    try Settlement(spool: claimant.spool, hash: .example).settle(state)
    let restitution = Restitution(spool: claimant.spool, inbox: claimant.inbox)
    for _ in 0..<2 { try restitution.giveBack(state.claim) }
    #expect(try base.text(of: "in/requeued-c1/" + name) == "one")
    #expect(try base.files(below: "spool").filter { !$0.contains("journal") } == [])
  }

  /// Also where the inbox is only read: they lie in the spool.
  @Test(arguments: [true, false]) func filesFromAnArchiveLeaveItsFolder(_ moves: Bool) throws {
    let claimant = try claimant(base)
    try base.write("one", to: "spool/unpacked/c7/000003")
    let status = try #require(try Files.examine(base.path + "/spool/unpacked/c7/000003", .spool))
    var file = ClaimedFile.example(
      source: SourcePath.unpacked(7, source: "box.zip", name: "IM1"), stamp: FileStamp(status))
    file.box = BoxedFile(claim: 7, index: 3)
    let claim = Claim.example(files: [file], moves: moves)
    for _ in 0..<2 { #expect(try claimant.claimFiles(of: claim) == []) }
    #expect(try base.files(below: "spool/unpacked") == [])
    #expect(try base.text(of: "spool/claimed/c1/000001") == "one")
  }

  @Test func archiveInAnInboxThatIsOnlyReadIsCopied() throws {
    try base.write("box", to: "in/box.zip")
    let claimant = try claimant(base)
    var claim = try claim(base, ["box.zip"], moves: false)
    claim.isBox = true
    for _ in 0..<2 { #expect(try claimant.claimFiles(of: claim) == []) }
    #expect(try base.text(of: "in/box.zip") == "box")
    #expect(try base.text(of: "spool/claimed/c1/000001") == "box")
  }
}
