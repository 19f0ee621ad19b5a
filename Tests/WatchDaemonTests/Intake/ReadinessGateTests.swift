import Testing

@testable import Clips
@testable import Platform
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite final class ReadinessGateTests {
  private var gate: ReadinessGate
  private let stamp = FileStamp(size: 10, modified: 1)

  init() {
    var configuration = Configuration(inbox: "/in", outbox: "/out", spool: "/spool")
    (configuration.scanSeconds, configuration.limitSeconds) = (1, 100)
    gate = ReadinessGate(rules: .init(configuration))
  }

  private func report(_ files: [String: FileStamp], at now: MonotonicSeconds) -> ScanReport {
    ScanReport(began: now, files: files.map { .init(path: $0.key, stamp: $0.value) })
  }

  private func see(_ path: String, _ stamp: FileStamp, at times: MonotonicSeconds...) -> [String] {
    times.flatMap { observe(report([path: stamp], at: $0)).toRead.map(\.path) }
  }

  private func observe(_ report: ScanReport) -> ReadinessGate.Changes { gate.observe(report) }

  private func add(_ file: ScanReport.File, now: MonotonicSeconds) -> Bool { gate.add(file, now: now) }

  private func setRead(_ file: ReadFile, now: MonotonicSeconds) -> Bool { gate.setRead(file, now: now) }

  private func read(_ path: String, _ fault: ClipReadError? = nil) -> ReadFile {
    let header: HeaderResult = fault.map { .failure($0) } ?? .success(.example(study: "1.2", instance: "1.3"))
    return ReadFile(stamp: stamp, assessed: AssessedFile(path: path, sha256: "a", header: header))
  }

  @Test func fileIsReadOnceItStoodStillOverSeveralScans() {
    #expect(see("a", stamp, at: 0, 1) == [])
    #expect(see("a", stamp, at: 2) == ["a"])
    #expect(see("a", stamp, at: 3, 4) == [])
  }

  @Test func scansCloseTogetherAreNotEnough() {
    #expect(see("a", stamp, at: 0, 0.1, 0.2, 0.3) == [])
    #expect(see("a", stamp, at: 1.6) == ["a"])
  }

  @Test func eachChangeBeginsTheWaitAnew() {
    for size in 1...20 {
      #expect(see("a", FileStamp(size: size, modified: 1), at: Double(size), Double(size) + 0.5) == [])
    }
    #expect(see("a", FileStamp(size: 20, modified: 1), at: 22) == ["a"])
  }

  @Test func emptyFileIsNotReadAndGivenUpAtTheLimit() {
    let empty = FileStamp(size: 0, modified: 1)
    #expect(see("a", empty, at: 0, 1, 2, 3) == [])
    #expect(gate.decided(now: 50).isEmpty)
    #expect(gate.decided(now: 100).map(\.end.reason) == [.truncated])
  }

  @Test func truncatedFileWaitsForItsDeadlineAndIsTakenWhenItGrows() {
    _ = see("a", stamp, at: 0, 1, 2)
    #expect(setRead(read("a", ClipReadError(reason: .truncated, detail: "Cut short.")), now: 3))
    #expect(gate.decided(now: 50).isEmpty && see("a", stamp, at: 50) == [])
    let grown = FileStamp(size: 11, modified: 2)
    #expect(see("a", grown, at: 51, 52, 53) == ["a"])
    #expect(gate.decided(now: 140).isEmpty)
  }

  @Test func truncatedFileIsGivenUpAtTheLimit() {
    _ = see("a", stamp, at: 0, 1, 2)
    _ = setRead(read("a", ClipReadError(reason: .truncated, detail: "Cut short.")), now: 3)
    #expect(gate.decided(now: 100).map(\.end.state) == [.quarantined])
  }

  @Test func fileThatMayNotBeReadIsTriedAgain() {
    _ = see("a", stamp, at: 0, 1, 2)
    _ = setRead(read("a", ClipReadError(reason: .unreadable, detail: "No.")), now: 3)
    #expect(see("a", stamp, at: 4, 5) == [])
    #expect(see("a", stamp, at: 9) == ["a"])
  }

  @Test func fileThatIsNoStudysIsDecidedAtOnce() {
    _ = see("a", stamp, at: 0, 1, 2)
    _ = setRead(read("a", ClipReadError(reason: .notDICOM, detail: "It is no DICOM file.")), now: 3)
    #expect(gate.decided(now: 3).map(\.end.state) == [.ignored])
  }

  @Test func memberThatChangesOrGoesIsLost() {
    _ = see("a", stamp, at: 0, 1, 2)
    #expect(setRead(read("a"), now: 3))
    #expect(observe(report(["a": FileStamp(size: 11, modified: 1)], at: 4)).lost == ["a"])
    #expect(!setRead(read("a"), now: 5))
    _ = observe(report([:], at: 6))
    #expect(gate.tracked.isEmpty)
  }

  @Test func claimedFileIsNewsOnlyToAScanThatBeganAfterwards() {
    _ = see("a", stamp, at: 0, 1, 2)
    gate.setClaimed(["a"], at: 5)
    #expect(see("a", stamp, at: 4, 5) == [])
    _ = observe(report([:], at: 4.5))
    #expect(gate.tracked["a"]?.standing == .claimed(at: 5))
    #expect(see("a", stamp, at: 6, 7, 8) == ["a"])
  }

  @Test func nothingIsGoneWhileTheShareIs() {
    _ = see("b/a", stamp, at: 0)
    var gone = report([:], at: 1)
    gone.failure = FileError(.list, .inbox, code: 5)
    _ = observe(gone)
    #expect(gate.tracked.count == 1)
    var partly = report([:], at: 2)
    partly.unreadableFolders = ["b"]
    _ = observe(partly)
    #expect(gate.tracked.count == 1)
  }

  private let boxed = ScanReport.File(
    path: SourcePath.unpacked(3, source: "box.zip", name: "IM1"), stamp: FileStamp(size: 10, modified: 1),
    box: BoxedFile(claim: 3, index: 1))

  @Test func fileFromAnArchiveStaysThoughNoScanListsItAndGoesWhenItIsTaken() {
    #expect(add(boxed, now: 0))
    // Told once more, after a restart for instance.
    #expect(!add(boxed, now: 1))
    #expect(observe(report([:], at: 2)) == .init())
    #expect(setRead(read(boxed.path), now: 3))
    gate.setClaimed([boxed.path], at: .greatestFiniteMagnitude)
    #expect(observe(report([:], at: 4)) == .init() && gate.tracked[boxed.path] != nil)
    gate.setClaimed([boxed.path], at: 5)
    #expect(gate.tracked.isEmpty)
  }

  @Test func fileFromAnArchiveThatCouldNotBeReadIsReadAgain() {
    _ = add(boxed, now: 0)
    gate.readAgainLater(boxed.path, now: 1)
    #expect(observe(report([:], at: 2)).toRead == [])
    #expect(observe(report([:], at: 3)).toRead == [boxed])
    let gone = ClipReadError(reason: .unreadable, detail: "It is not there now.")
    #expect(setRead(read(boxed.path, gone), now: 4))
    #expect(observe(report([:], at: 5)).toRead == [])
    #expect(observe(report([:], at: 10)).toRead == [boxed])
  }

  @Test func archiveIsClaimedOnItsOwn() {
    _ = see("box.zip", stamp, at: 0, 1, 2)
    let file = ReadFile(stamp: stamp, assessed: AssessedFile(path: "box.zip", sha256: "a", verdict: .box))
    #expect(setRead(file, now: 3) && gate.boxes == [file] && gate.decided(now: 4).isEmpty)
    gate.setClaimed(["box.zip"], at: 5)
    #expect(gate.boxes == [])
  }
}
