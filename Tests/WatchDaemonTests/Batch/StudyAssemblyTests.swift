import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct StudyAssemblyTests {
  private static func record(
    _ study: String, _ path: String, patient: String? = "P1", frames: Int = 10
  ) throws -> PlanRecord {
    let header = ClipHeader.example(
      study: study, instance: study + ".\(path.utf8.count)", .init(patientID: patient))
    var record = try #require(PlanRecord(path: path, stamp: FileStamp(size: 5, modified: 7), header: header))
    record.frames = frames
    return record
  }

  private static func assemble(_ records: [PlanRecord]) -> [StudyAssembly.Assembled] {
    var assembly = StudyAssembly()
    var assembled = records.compactMap { assembly.add($0) }
    if let last = assembly.finish() { assembled.append(last) }
    return assembled
  }

  @Test func putsTheFilesOfAStudyTogether() throws {
    let records = try [
      Self.record("1.1", "/a"), Self.record("1.1", "/b", frames: 5), Self.record("1.2", "/c"),
    ]
    let studies = Self.assemble(records)
    #expect(
      studies == [
        .study(PlannedStudy(study: "1.1", frames: 15, files: records[..<2].map(\.file))),
        .study(PlannedStudy(study: "1.2", frames: 10, files: [records[2].file])),
      ])
  }

  @Test func listsAStudyWhoseFilesDisagreeOnThePatient() throws {
    let studies = Self.assemble([
      try Self.record("1.1", "/a"), try Self.record("1.1", "/b", patient: "P2"),
      try Self.record("1.1", "/c", patient: nil), try Self.record("1.2", "/d"),
    ])
    #expect(
      studies.first
        == .conflict(
          ManifestProblem(
            problem: "identity-conflict", study: "1.1", attributes: ["PatientID"], paths: ["/a", "/b", "/c"]))
    )
    #expect(studies.count == 2)
  }

  @Test func aPathThatWasNamedTwiceCountsOnce() throws {
    let record = try Self.record("1.1", "/a")
    #expect(
      Self.assemble([record, record]) == [
        .study(PlannedStudy(study: "1.1", frames: 10, files: [record.file]))
      ])
  }

  @Test func survivesTheScratchFile() throws {
    let record = try Self.record("1.1", "/with\ttab and\nline/\u{F7E9}.dcm")
    #expect(!record.line.contains("\n"))
    #expect(PlanRecord(line: Array(record.line.utf8)) == record)
  }

  @Test func theLongestStudyComesFirst() {
    let studies = [("1.9", 5), ("1.1", 300), ("1.2", 300), ("1.3", 0)].map {
      ManifestTests.study($0, frames: $1)
    }
    #expect(
      studies.map(\.sortingLine).sorted().map { $0.split(separator: "\t")[1] } == [
        "1.1", "1.2", "1.9", "1.3",
      ])
  }

  @Test func aFileOfAnotherPatientOrShapeHasAnotherIdentity() {
    let header = ClipHeader.example(study: "1.1", instance: "1.1.1")
    let same = header
    var others = [ClipHeader](repeating: header, count: 4)
    others[0].identity.patientID = "X"
    others[1].identity.patientName = "P1"
    others[2].rows += 1
    others[3].sopInstanceUID = "1.1.2"
    #expect(FileIdentity.digest(of: header) == FileIdentity.digest(of: same))
    #expect(Set((others + [header]).map(FileIdentity.digest)).count == 5)
  }
}

@Suite struct PathWalkTests {
  @Test func findsEveryFileAndSaysWhatItDoesNotOpen() throws {
    try withTemporaryFolder { folder in
      for name in ["a/b/c", "d"] { try Files.makeFolder(folder + "/" + name, .inbox) }
      for name in ["a/1", "a/b/2", "a/b/c/3", "4"] {
        try AtomicFile.write([1, 2], to: folder + "/" + name, .inbox)
      }
      symlink("4", folder + "/link")
      mkfifo(folder + "/pipe", 0o600)
      let walk = PathWalk(roots: [folder + "/", folder + "/nothing", folder + "/link"])
      var files: [String] = []
      var problems: [String] = []
      while let found = try walk.next() {
        switch found {
        case .file(let path, let stamp):
          #expect(stamp.size == 2)
          files.append(String(path.dropFirst(folder.count)))
        case .problem(let reason, let path):
          problems.append("\(reason.rawValue) \(path.dropFirst(folder.count))")
        }
      }
      #expect(
        files.sorted() == ["/4", "/4", "/a/1", "/a/b/2", "/a/b/c/3"], "a link that is named is followed")
      #expect(problems.sorted() == ["not-a-file /link", "not-a-file /pipe", "unreadable /nothing"])
    }
  }
}

@Suite struct DifficultFolderTests {
  private let folder = ScratchFolder()

  @Test func aLinkToANameInAnotherCharacterSetIsFollowed() throws {
    let name = FileName.text(of: [0x4C, 0xE4])
    #expect(FileName.withPath(folder.path + "/" + name) { mkdir($0, 0o700) } == 0)
    _ = try Descriptor.open("\(folder.path)/\(name)/1", O_WRONLY | O_CREAT, .inbox)
    #expect(FileName.withPath(folder.path + "/" + name) { symlink($0, folder.path + "/link") } == 0)
    let found = try PathWalk(roots: [folder.path + "/link"]).next()
    guard case .file(let path, _) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(path.hasSuffix("/\(name)/1"))
  }

  /// As when a share goes away within a long list: what was not listed is not to be left out in silence.
  @Test func aFolderThatCannotBeListedToItsEndIsAProblem() throws {
    // More names than the system gives at once.
    for number in 0..<1_000 {
      close(open("\(folder.path)/\(number)" + String(repeating: "x", count: 200), O_CREAT | O_WRONLY, 0o600))
    }
    let walk = PathWalk(roots: [folder.path])
    #expect(try walk.next() != nil)
    let descriptor = try #require((3..<4096).first { Self.path(of: $0) == folder.path })
    let other = open("/dev/null", O_RDONLY)
    #expect(dup2(other, descriptor) == descriptor)
    close(other)
    var last: PathWalk.Found?
    while let found = try walk.next() { last = found }
    #expect(last == .problem(.unreadable, path: folder.path))
  }

  private static func path(of descriptor: Int32) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
  }
}

@Suite struct LineSorterTests {
  @Test(arguments: [0, 1, 5, 30_000]) func givesEveryLineOnceInTheOrderOfItsBytes(count: Int) throws {
    let scratch = try ScratchSpace()
    let sorter = try LineSorter("lines", in: scratch)
    let lines = (0..<count).map { "\(($0 &* 7919) % 10_007)\té \(String(repeating: "x", count: $0 % 50))" }
    for line in lines { try sorter.add(line) }
    let sorted = try sorter.sorted()
    var read: [String] = []
    while let line = try sorted.next() { read.append(String(decoding: line.bytes, as: UTF8.self)) }
    #expect(read == Set(lines).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
  }
}
