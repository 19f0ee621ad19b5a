import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// What is read of archives, in this process.
@Suite struct ArchiveTests {
  typealias Member = ArchiveBytes.Member

  /// Keeps what an archive holds.
  private final class Kept: ArchiveSink {
    var files: [String: [UInt8]] = [:]
    var notFiles: [String] = []
    var times: [String: Int64] = [:]
    private var entry: ArchiveEntry?
    private var content: [UInt8] = []

    func begin(_ entry: ArchiveEntry) throws(ArchiveFailure) { (self.entry, content) = (entry, []) }
    func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveFailure) { content += bytes }
    func end() throws(ArchiveFailure) {
      guard let entry else { return }
      times[entry.name] = entry.modified
      if entry.kind == .file { files[entry.name] = content } else { notFiles.append(entry.name) }
    }
  }

  private func read(_ bytes: [UInt8], _ limits: ArchiveLimits = .standard) throws -> Kept {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes)
    let descriptor = try Descriptor.open(path, O_RDONLY, .inbox)
    let kept = Kept()
    try Archive.read(try ArchiveInput(descriptor: descriptor.raw), limits: limits, into: kept)
    return kept
  }

  private func failure(_ bytes: [UInt8], _ limits: ArchiveLimits = .standard) -> ArchiveFailure? {
    do {
      _ = try read(bytes, limits)
      return nil
    } catch { return error as? ArchiveFailure }
  }

  private func deflated(_ content: [UInt8]) throws -> [UInt8] {
    Array(try Gzip.compress(content).dropFirst(10).dropLast(8))
  }

  private let loop = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 700) }

  private var forms: [[UInt8]] {
    get throws {
      let members = [Member("a/IM1", loop), Member("./b//IM2", "two"), Member("empty", "")]
      return [
        ArchiveBytes.zip(members), ArchiveBytes.tar(members), ArchiveBytes.gzip(ArchiveBytes.tar(members)),
        ArchiveBytes.zip(
          try members.map { Member($0.name, $0.content, deflated: try deflated($0.content)) },
          comment: "of PK\u{5}\u{6}"),
        try Gzip.compress(ArchiveBytes.tar(members)),
      ]
    }
  }

  @Test func everyFormGivesTheSameFiles() throws {
    for bytes in try forms {
      let kept = try read(bytes)
      #expect(kept.files == ["a/IM1": loop, "b/IM2": Array("two".utf8), "empty": []])
    }
  }

  /// Never fewer files without a word: whole, or refused as cut.
  @Test func cutArchiveIsKnownAsOneWhereverItIsCut() throws {
    for bytes in try forms {
      var lengths = stride(from: 600, to: bytes.count - 1, by: max(1, bytes.count / 40)).map { $0 }
      lengths += [bytes.count - 1, bytes.count - 300]
      for length in lengths {
        let cut = failure(Array(bytes.prefix(length)))
        #expect(cut?.kind == .cut, "\(length) of \(bytes.count): \(cut?.detail ?? "read")")
      }
    }
  }

  @Test func singleFileHasNoNameOfItsOwn() throws {
    #expect(try read(ArchiveBytes.gzip(loop)).files == ["": loop])
    let twice = ArchiveBytes.gzip(Array("one".utf8)) + ArchiveBytes.gzip(Array("two".utf8)) + [0, 0]
    #expect(try read(twice).files == ["": Array("onetwo".utf8)])
  }

  @Test func timesAreThoseOfTheArchive() throws {
    #expect(try read(ArchiveBytes.tar([Member("a", "1")])).times == ["a": 1_000])
    // 2022-09-01 as MS-DOS writes it.
    #expect(try read(ArchiveBytes.zip([Member("a", "1")])).times == ["a": 1_661_990_400])
  }

  @Test func linksPipesDevicesAndFoldersAreNotMade() throws {
    let kinds: [Character] = ["1", "2", "3", "4", "6"]
    var members = kinds.map { kind in
      var member = Member("not\(kind)", "")
      member.kind = kind
      return member
    }
    var folder = Member("folder", "")
    folder.kind = "5"
    members.append(folder)
    let tar = try read(ArchiveBytes.tar(members + [Member("IM1", "1")]))
    #expect(tar.files == ["IM1": [0x31]] && tar.notFiles.count == 5)
    var link = Member("link", "/etc/passwd")
    link.mode = 0o120_777
    let zip = try read(ArchiveBytes.zip([link, Member("folder/", ""), Member("IM1", "1")]))
    #expect(zip.files == ["IM1": [0x31]] && zip.notFiles == ["link"])
  }

  @Test(arguments: ["../IM1", "a/../../IM1", "/etc/passwd", "C:/IM1", "c:IM1", "..", "a/\u{0}b"])
  func namesThatLeadOutAreRefused(_ name: String) throws {
    #expect(failure(ArchiveBytes.zip([Member("good", "1"), Member(name, "1")]))?.kind == .refused)
    if !name.contains("\u{0}") {
      #expect(failure(ArchiveBytes.tar([Member("good", "1"), Member(name, "1")]))?.kind == .refused)
    }
  }

  @Test func separatorsOfWindowsAreSeparators() throws {
    #expect(try read(ArchiveBytes.zip([Member("a\\IM1", "1")])).files.keys.sorted() == ["a/IM1"])
    #expect(failure(ArchiveBytes.zip([Member("a\\..\\..\\IM1", "1")]))?.kind == .refused)
  }

  private func changed(_ change: (inout Member) -> Void) -> [UInt8] {
    var member = Member("IM1", "content")
    change(&member)
    return ArchiveBytes.zip([member])
  }

  @Test func zipThatIsNotReadSaysWhy() throws {
    let encrypted = changed { $0.flags = 1 }
    #expect(failure(encrypted)?.detail.contains("encrypted") == true)
    #expect(failure(changed { $0.method = 9 })?.detail.contains("method") == true)
    #expect(failure(changed { $0.statedSize = 0xFFFF_FFFF })?.detail.contains("ZIP64") == true)
    #expect(failure(changed { $0.localName = "IM2" })?.kind == .refused)
    #expect(failure(changed { $0.deflated = [0xFF, 0xFF, 0xFF] })?.kind == .refused)
    let longer = try deflated(Array("much longer than stated".utf8))
    #expect(failure(changed { $0.deflated = longer })?.kind == .refused)
    var damaged = changed { _ in }
    let place = try #require(damaged.firstIndex(of: UInt8(ascii: "c")))
    damaged[place] ^= 1
    #expect(failure(damaged)?.detail.contains("damaged") == true)
    #expect(failure([0] + changed { _ in })?.kind == .refused)
  }

  @Test(arguments: ["[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype"])
  func documentsAndProgramsAreNoArchives(_ mark: String) {
    #expect(failure(ArchiveBytes.zip([Member(mark, "x"), Member("a", "b")]))?.kind == .document)
  }

  @Test func membersThatShareTheirBytesAreRefused() {
    // Two entries of the directory for one member.
    let one = ArchiveBytes.zip([Member("IM1", "content")])
    let start = one.count - 22 - 49
    let entry = Array(one[start..<start + 49])
    var end = Array(one.suffix(22))
    (end[8], end[10], end[12]) = (2, 2, 98)
    #expect(failure(Array(one[..<start]) + entry + entry + end)?.detail == "Files in it share their bytes.")
  }

  @Test func whatHoldsTooMuchIsRefused() throws {
    let zeros = [UInt8](repeating: 0, count: 400_000)
    let bomb = ArchiveBytes.zip([Member("a", zeros, deflated: try deflated(zeros))])
    var limits = ArchiveLimits(alwaysAllowed: 1_000)
    #expect(failure(bomb, limits)?.detail.contains("more than an archive may") == true)
    #expect(failure(try Gzip.compress(zeros), limits)?.kind == .refused)
    #expect(failure(try Gzip.compress(ArchiveBytes.tar([Member("a", zeros)])), limits)?.kind == .refused)
    // What lies behind the end mark is read as well.
    #expect(
      failure(try Gzip.compress(ArchiveBytes.tar([Member("a", "1")]) + zeros), limits)?.kind == .refused)
    limits = ArchiveLimits(bytes: 399_999)
    #expect(failure(bomb, limits)?.kind == .refused)
    limits = ArchiveLimits(entries: 1)
    let two = [Member("a", "1"), Member("b", "2")]
    for bytes in [ArchiveBytes.zip(two), ArchiveBytes.tar(two)] {
      #expect(failure(bytes, limits)?.detail == "It holds more files than an archive may.")
    }
    #expect(failure(bomb) == nil)
  }

  @Test func attributesOfPaxAndLongNamesOfGNUNameWhatFollows() throws {
    var pax = Member("PaxHeader", "20 path=long/file/n\n22 mtime=1700000000.5\n")
    pax.kind = "x"
    var long = Member("././@LongLink", "gnu/long/name\u{0}")
    long.kind = "L"
    let kept = try read(
      ArchiveBytes.tar([pax, Member("short", "1"), long, Member("short", "2"), Member("s", "3")]))
    #expect(kept.files == ["long/file/n": [0x31], "gnu/long/name": [0x32], "s": [0x33]])
    #expect(kept.times["long/file/n"] == 1_700_000_000)
    pax.content = Array("16 path=../../x\n".utf8)
    #expect(failure(ArchiveBytes.tar([pax, Member("short", "1")]))?.kind == .refused)
    pax.content = Array("9999 path=x\n".utf8)
    #expect(failure(ArchiveBytes.tar([pax, Member("short", "1")]))?.kind == .refused)
  }

  @Test(arguments: ["-1", "99999999999", "zzzzz"]) func sizeThatIsNoneIsRefusedOrCut(_ size: String) {
    var member = Member("a", "1")
    member.statedTarSize = size
    #expect(failure(ArchiveBytes.tar([member])) != nil)
  }

  @Test func formIsToldByContentAndADICOMFileIsNone() throws {
    var picture = DICOMBytes.ultrasound().file
    picture.replaceSubrange(0..<4, with: [0x50, 0x4B, 3, 4])
    #expect(ArchiveForm(start: Array(picture.prefix(512))) == nil)
    for (bytes, form) in zip(try forms, [ArchiveForm.zip, .tar, .gzip, .zip, .gzip]) {
      #expect(ArchiveForm(start: Array(bytes.prefix(512))) == form)
    }
    #expect(ArchiveForm(start: Array("Rar!".utf8) + [0x1A, 7, 0]) == .foreign("RAR"))
    let disc = [UInt8](repeating: 0, count: 32_768) + [1] + Array("CD001".utf8)
    #expect(ArchiveForm(start: disc) == .foreign("a disc's image (ISO 9660)"))
    for bytes in [[], Array("PK".utf8), [UInt8](repeating: 0, count: 512), Array("plain text".utf8)] {
      #expect(ArchiveForm(start: bytes) == nil)
    }
  }

  /// Changes of single bytes give files, or a failure, and never anything else.
  @Test func changedBytesAreReadOrRefused() throws {
    var source = Seeded()
    func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &source) }
    let small = [Member("a/IM1", Array(loop.prefix(3_000))), Member("b", "two")]
    let whole = [
      ArchiveBytes.zip(small), ArchiveBytes.tar(small), try Gzip.compress(ArchiveBytes.tar(small)),
      ArchiveBytes.zip(try small.map { Member($0.name, $0.content, deflated: try deflated($0.content)) }),
    ]
    for bytes in whole {
      for _ in 0..<150 {
        var changed = bytes
        for _ in 0...random(4) { changed[random(changed.count)] = UInt8(random(256)) }
        do {
          #expect(try read(changed, ArchiveLimits(entries: 100, bytes: 1 << 20)).files.count < 100)
        } catch {
          #expect(error is ArchiveFailure, "seed \(source.seed): \(error)")
        }
      }
    }
  }
}
