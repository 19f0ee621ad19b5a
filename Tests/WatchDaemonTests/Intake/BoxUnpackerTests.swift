import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// Archives taken apart into a folder by the confined process.
@Suite struct BoxUnpackerTests {
  typealias Member = ArchiveBytes.Member
  private let folder = ScratchFolder()
  private var unpacker = BoxUnpacker(executable: Products.hinged)

  private func unpack(_ bytes: [UInt8], named name: String = "box.zip") throws -> UnpackedBox {
    let path = folder.path + "/" + name
    try AtomicFile.write(bytes, to: path, .inbox)
    try Files.makeFolder(folder.path + "/out", .spool)
    return try unpacker.unpack(path, named: name, into: folder.path + "/out")
  }

  private func content(_ file: UnpackedBox.File) throws -> [UInt8] {
    try Files.read(folder.path + "/out/" + file.spoolName, .spool)
  }

  @Test func filesGetNumbersDigestsAndTheirTimes() throws {
    let box = try unpack(ArchiveBytes.tar([Member("a/IM1", "one"), Member("IM2", "two")]))
    #expect(box.files.map(\.name) == ["a/IM1", "IM2"] && box.files.map(\.spoolName) == ["000001", "000002"])
    #expect(try box.files.map(content) == [Array("one".utf8), Array("two".utf8)])
    #expect(box.files.map(\.sha256) == ["one", "two"].map { SHA256.hexDigest(of: Array($0.utf8)) })
    #expect(box.files.map(\.stamp) == [3, 3].map { FileStamp(size: $0, modified: 1_000_000_000_000) })
    #expect(try folder.files(below: "out") == ["out/000001", "out/000002"])
  }

  @Test func secondFileOfANameGetsANumber() throws {
    let box = try unpack(ArchiveBytes.tar([Member("a", "1"), Member("a", "2"), Member("a", "3")]))
    #expect(box.files.map(\.name) == ["a", "a#2", "a#3"])
  }

  @Test func archivesInArchivesAreTakenApartToTheirDepth() throws {
    var bytes = ArchiveBytes.tar([Member("IM1", "one")])
    for depth in 1...4 { bytes = ArchiveBytes.zip([Member("box\(depth)", bytes)]) }
    let box = try unpack(bytes)
    #expect(box.files.map(\.name) == ["box4", "box4/box3", "box4/box3/box2"])
    #expect(box.files.map { $0.end?.reason } == [.unpacked, .unpacked, .archiveNotReadable])
  }

  @Test func damagedArchiveInAnArchiveCostsNoOther() throws {
    let inner = ArchiveBytes.zip([Member("IM9", "nine")])
    let box = try unpack(
      ArchiveBytes.tar([
        Member("cut.zip", Array(inner.dropLast(8))), Member("good.zip", inner), Member("IM1", "one"),
        Member("book.jar", ArchiveBytes.zip([Member("mimetype", "x")])),
      ]))
    #expect(box.files.map(\.name) == ["cut.zip", "good.zip", "IM1", "book.jar", "good.zip/IM9"])
    #expect(box.files.map { $0.end?.state } == [.quarantined, .ignored, nil, nil, nil])
    #expect(try content(box.files[4]) == Array("nine".utf8))
    #expect(try folder.files(below: "out").count == 5)
  }

  @Test func archivesInAnArchiveShareItsLimits() throws {
    var small = self
    small.unpacker.limits.entries = 4
    let inner = ArchiveBytes.zip([Member("1", "1"), Member("2", "2")])
    let box = try small.unpack(ArchiveBytes.tar([Member("a.zip", inner), Member("b.zip", inner)]))
    #expect(box.files.map(\.name) == ["a.zip", "b.zip", "a.zip/1", "a.zip/2"])
    #expect(box.files.map { $0.end?.reason } == [.unpacked, .archiveNotReadable, nil, nil])
  }

  @Test(arguments: [("IM1.dcm.gz", "IM1.dcm"), ("IM1.DCM.GZ", "IM1.DCM"), ("IM1", "IM1"), (".gz", ".gz")])
  func singleFileIsNamedAfterItsArchive(_ name: String, _ inner: String) throws {
    #expect(try unpack(ArchiveBytes.gzip(Array("one".utf8)), named: name).files.map(\.name) == [inner])
  }

  @Test func diskThatIsNearlyFullIsNoFaultOfTheArchive() throws {
    var full = self
    full.unpacker.minFreeBytes = Int.max
    #expect(throws: FileError(.write, .spool, code: ENOSPC)) {
      try full.unpack(ArchiveBytes.zip([Member("a", "1")]))
    }
  }

  @Test func verdictTellsWhatMayStillGrow() throws {
    let zip = ArchiveBytes.zip([Member("a", "1")])
    func verdict(_ bytes: [UInt8]) throws -> AssessedFile.Verdict? {
      let path = folder.path + "/verdict"
      try AtomicFile.write(bytes, to: path, .inbox)
      return try unpacker.verdict(of: path)
    }
    #expect(try verdict(zip) == .box)
    #expect(try verdict(Array("plain".utf8)) == nil)
    #expect(try verdict(ArchiveBytes.zip([Member("mimetype", "x")])) == nil)
    guard case .unfinished(.archiveNotReadable, _) = try verdict(Array(zip.dropLast(9))) else {
      Issue.record("a cut archive may still be on its way")
      return
    }
    guard
      case .loose(.quarantined, .archiveNotReadable, let detail) = try verdict(
        ArchiveBytes.zip([Member("../a", "1")]))
    else {
      Issue.record("a path trick is refused")
      return
    }
    #expect(detail.contains("leads out") && !detail.contains("../a"))
  }

  /// A worker that a hostile archive took over gives no name and no length that the reader believes.
  @Test func messagesAreChecked() {
    let entry = ArchiveEntry(name: "a/b", kind: .file, modified: -5)
    #expect(DecodeMessage.entry(DecodeMessage.entryPayload(entry)) == entry)
    var hostile = DecodeMessage.entryPayload(entry)
    hostile.replaceSubrange(9..., with: Array("../b".utf8))
    #expect(DecodeMessage.entry(hostile) == nil)
    hostile[0] = 7
    #expect(DecodeMessage.entry(hostile) == nil && DecodeMessage.entry([0, 1]) == nil)
    #expect(DecodeMessage.count(DecodeMessage.countPayload(1 << 40)) == 1 << 40)
  }
}
