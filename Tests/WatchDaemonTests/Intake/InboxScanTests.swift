import Foundation
import Glibc
import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import Spool
@testable import WatchDaemon

@Suite struct InboxScanTests {
  let folder = ScratchFolder()

  private func paths(_ report: ScanReport) -> [String] { report.files.map(\.path).sorted() }

  private func stamp(_ path: String) throws -> FileStamp {
    FileStamp(try #require(try Files.examine(folder.path + "/" + path, .inbox)))
  }

  @Test func regularFilesOfAllFoldersAreFoundAndUnfinishedOnesAreNot() throws {
    for path in ["a", "b/c/d", "b/.complete", "e.tmp", "f.PART", "g.partial", ".hidden", ".dir/x", "h.dcm"] {
      try folder.write("x", to: path)
    }
    let report = InboxScan(inbox: folder.path).scan()
    #expect(paths(report) == ["a", "b/c/d", "h.dcm"])
    #expect(report.temporaryCount == 3 && report.markers == ["b"] && report.isComplete)
  }

  @Test func whatIsNoPlainFileIsRefusedWithoutBlocking() throws {
    try folder.write("x", to: "a")
    try folder.write("x", to: "b")
    link(folder.path + "/b", folder.path + "/c")
    symlink(folder.path + "/a", folder.path + "/link")
    symlink("/", folder.path + "/root")
    mkfifo(folder.path + "/pipe", 0o600)
    let report = InboxScan(inbox: folder.path).scan()
    #expect(paths(report) == ["a"])
    #expect(
      report.refused == [
        "b": .hardLink, "c": .hardLink, "link": .symbolicLink, "root": .symbolicLink, "pipe": .pipe,
      ])
  }

  @Test func inboxThatIsNotThereIsAFailureAndNotEmpty() {
    let report = InboxScan(inbox: folder.path + "/none").scan()
    #expect(report.failure?.code == ENOENT && !report.isComplete)
  }

  @Test func knownFileIsPassedOverUntilItChanges() throws {
    try folder.write("x", to: "a/1")
    let scan = InboxScan(inbox: folder.path)
    scan.setKnown("a/1", try stamp("a/1"))
    #expect(scan.scan().files.isEmpty && scan.scan().knownCount == 1)
    try folder.write("longer", to: "a/1")
    #expect(paths(scan.scan()) == ["a/1"])
  }

  /// A call that fails tells nothing of a file: it is not gone, and its folder is not done with.
  @Test(arguments: [EIO, EACCES, ESTALE, ENOMEM, ENOENT, ENOTDIR])
  func entryThatCannotBeLookedAtIsNotGone(code: Int32) throws {
    for path in ["a/1", "a/2", "a/b/3"] { try folder.write("x", to: path) }
    var isFailing = true
    var listings = 0
    let look: InboxScan.Look = { descriptor, name, status in
      if isFailing, String(cString: name) == "1" {
        errno = code
        return -1
      }
      return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW)
    }
    let scan = InboxScan(inbox: folder.path, onFolder: { if $0 == "a" { listings += 1 } }, look: look)
    scan.trustsFolderTimes = true
    for path in ["a/1", "a/2", "a/b/3"] { scan.setKnown(path, try stamp(path)) }
    let isGone = [ENOENT, ENOTDIR].contains(code)
    for time in [0, 5, 10] as [MonotonicSeconds] {
      let report = scan.scan { time }
      #expect(report.failure == nil && report.files.isEmpty)
      #expect(report.unexamined == (isGone ? [] : ["a/1"]))
      #expect(report.unreadableFolders == (isGone ? [] : ["a"]))
    }
    #expect(listings == (isGone ? 2 : 3), "a folder that was not wholly listed is listed again")
    isFailing = false
    // Later than the latest of the full checks, whose times are random.
    let report = scan.scan { 1000 }
    #expect(report.isComplete && report.unexamined.isEmpty)
    #expect(paths(report) == (isGone ? ["a/1"] : []), "what was known stays known")
  }

  @Test func quietFolderIsNotListedAgainUntilSomethingComes() throws {
    for index in 0..<5 { try folder.write("x", to: "a/\(index)") }
    var listed: [String] = []
    let scan = InboxScan(inbox: folder.path) { listed.append($0) }
    scan.trustsFolderTimes = true
    for index in 0..<5 { scan.setKnown("a/\(index)", try stamp("a/\(index)")) }
    var now = 100.0
    func look() -> ScanReport {
      listed = []
      defer { now += 1 }
      return scan.scan { now }
    }
    for _ in 0..<3 { #expect(look().knownCount == 5) }
    #expect(listed == ["", "a"])
    #expect(look().knownCount == 5 && listed.isEmpty)
    try folder.write("x", to: "a/new")
    #expect(paths(look()) == ["a/new"] && listed == ["a"])
    try Files.remove(folder.path + "/a/new", .inbox)
    for _ in 0..<4 { _ = look() }
    #expect(listed.isEmpty)
    try folder.write("in place", to: "a/0")
    #expect(look().files.isEmpty)
    scan.setRestless("a")
    #expect(paths(look()) == ["a/0"])
  }

  @Test func folderTimesThatAreNotToBeTrustedAreNot() throws {
    try folder.write("x", to: "a")
    var listed = 0
    let scan = InboxScan(inbox: folder.path) { _ in listed += 1 }
    scan.setKnown("a", try stamp("a"))
    var now = 0.0
    for _ in 0..<10 {
      _ = scan.scan { now }
      now += 1
    }
    #expect(listed == 10)
  }

  @Test func fullCheckFindsWhatChangedInPlaceUnnoticed() throws {
    try folder.write("x", to: "a")
    let scan = InboxScan(inbox: folder.path)
    scan.trustsFolderTimes = true
    scan.setKnown("a", try stamp("a"))
    for now in 0..<5 { _ = scan.scan { Double(now) } }
    try folder.write("in place", to: "a")
    #expect(scan.scan { 6 }.files.isEmpty)
    #expect(paths(scan.scan { 800 }) == ["a"])
  }
}

@Suite struct InboxMountTests {
  private let mounted = """
    22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    90 22 0:45 / /srv/in\\040box rw - nfs4 server:/export rw,vers=4.2
    91 22 0:46 / /srv/in rw - tmpfs tmpfs rw
    """
  private let unmounted = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw"

  @Test func mountPointOfAFolderIsTheLongestAboveIt() throws {
    let mount = try #require(InboxMount(of: "/srv/in box/echo", in: mounted))
    #expect(mount.point == "/srv/in box" && mount.source == "server:/export" && mount.keepsFolderTimes)
    #expect(InboxMount(of: "/srv/inbox", in: mounted)?.point == "/")
    #expect(InboxMount(of: "/srv", in: "") == nil)
  }

  @Test func missingShareIsTold() throws {
    let before = try #require(InboxMount(of: "/srv/in box/echo", in: mounted))
    let after = try #require(InboxMount(of: "/srv/in box/echo", in: unmounted))
    #expect(
      before.isMissing(given: after) && !after.isMissing(given: before) && !before.isMissing(given: before))
    #expect(!before.isMissing(given: try #require(InboxMount(of: "/srv/other", in: unmounted))))
  }

  private func mount(of inbox: String, _ line: String) throws -> InboxMount {
    try #require(InboxMount(of: inbox, in: unmounted + "\n" + line))
  }

  @Test func folderThatAServiceMountedInItsOwnPlaceIsNoShare() throws {
    let inbox = "/srv/hinged/inbox"
    let plain = try #require(InboxMount(of: inbox, in: unmounted))
    let bound = try mount(of: inbox, "90 22 254:0 /srv/hinged /srv/hinged rw - ext4 /dev/vda rw")
    #expect(bound.point == "/srv/hinged" && !bound.isMissing(given: plain))
    let other = try mount(of: inbox, "90 22 254:0 /vol/echo /srv/hinged rw - ext4 /dev/vda rw")
    #expect(other.isMissing(given: plain))
    // The disk may have another number after a restart of the machine.
    let renumbered = try mount(of: inbox, "90 22 254:9 /srv/hinged /srv/hinged rw - ext4 /dev/vda rw")
    #expect(!renumbered.isMissing(given: plain))
    let disk = try mount(of: inbox, "90 22 254:16 /srv/hinged /srv/hinged rw - ext4 /dev/vdb rw")
    #expect(disk.isMissing(given: plain))
  }

  @Test func folderOfADiskThatIsMountedAboveItIsNoShare() throws {
    let inner = try mount(of: "/data/echo/in", "90 22 254:16 /echo /data/echo rw - xfs /dev/vdb rw")
    let outer = try mount(of: "/data/echo/in", "91 22 254:16 / /data rw - xfs /dev/vdb rw")
    #expect(!inner.isMissing(given: outer) && !outer.isMissing(given: inner))
    #expect(inner.isMissing(given: try #require(InboxMount(of: "/data/echo/in", in: unmounted))))
  }

  @Test func whatAnEarlierVersionRememberedIsReadAndWrittenAnew() throws {
    let folder = ScratchFolder()
    let plain = try #require(InboxMount(of: "/srv/in", in: unmounted))
    for (kind, source, isMissing) in [("ext4", "/dev/vda", false), ("nfs4", "server:/export", true)] {
      let members = ["inbox": "/srv/in", "point": "/srv/in", "kind": kind, "source": source]
      let text = String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
      try folder.write(text, to: "inbox-mount")
      let memory = InboxMountMemory(path: folder.path + "/inbox-mount")
      #expect(memory.isMissing(plain, isReadable: true) == isMissing)
      #expect(try folder.text(of: "inbox-mount").contains("254:0") == !isMissing)
    }
  }
}

@Suite struct InboxWatcherTests {
  @Test(.timeLimit(.minutes(10))) func fileInAWatchedFolderIsToldOf() async throws {
    let folder = ScratchFolder()
    try Files.makeFolder(folder.path + "/a", .inbox)
    let (changes, continuation) = AsyncStream.makeStream(of: String?.self)
    let watcher = try #require(InboxWatcher(inbox: folder.path) { continuation.yield($0) })
    watcher.watch("")
    watcher.watch("a")
    try await Task.sleep(for: .milliseconds(50))
    try folder.write("x", to: "a/1")
    var iterator = changes.makeAsyncIterator()
    #expect(await iterator.next() == "a")
    withExtendedLifetime(watcher) {}
  }
}
