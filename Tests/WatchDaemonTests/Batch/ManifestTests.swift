import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import WatchDaemon

@Suite struct ManifestTests {
  private let folder = ScratchFolder()

  private var path: String { folder.path + "/plan" }

  static func study(_ uid: String, frames: Int = 40, files: Int = 1) -> PlannedStudy {
    PlannedStudy(
      study: uid, frames: frames,
      files: (0..<files).map { index in
        PlannedFile(
          path: "/in/\(uid)/\(index)", size: 1000 + index, modified: 1_700_000_000_123_456_789,
          instance: "\(uid).\(index)",
          identity: String(repeating: "a", count: 64))
      })
  }

  @discardableResult
  private func write(_ studies: [PlannedStudy], partOf: String? = nil) throws -> ManifestWriter.Written {
    try ManifestWriter.write(to: path, ManifestHeader(version: "1", partOf: partOf)) { writer, output in
      for study in studies { try writer.add(study: study.line, files: study.files.count, to: output) }
      try writer.add(problem: ManifestProblem(problem: "truncated", paths: ["/in/x"]).line, to: output)
    }
  }

  private func read() throws -> (studies: [PlannedStudy], problems: Int, family: String?) {
    let reader = try ManifestReader(path)
    var studies: [PlannedStudy] = []
    var problems = 0
    while let line = try reader.next() {
      switch line {
      case .study(let position, let bytes):
        #expect(position == studies.count)
        studies.append(try ManifestReader.study(bytes, of: path))
      case .problem: problems += 1
      }
    }
    return (studies, problems, reader.family)
  }

  @Test func readsWhatWasWritten() throws {
    let studies = [Self.study("1.2.1", files: 3), Self.study("1.2.2")]
    let written = try write(studies)
    let read = try read()
    #expect(read.studies == studies && read.problems == 1)
    #expect(read.family == written.id && written.end.files == 4)
  }

  @Test func aPartBelongsToTheWhole() throws {
    try write([Self.study("1.2.1")], partOf: "0123456789abcdef")
    #expect(try read().family == "0123456789abcdef")
  }

  @Test func theSameContentHasTheSameName() throws {
    let first = try write([Self.study("1.2.1")])
    try FileManager.default.removeItem(atPath: path)
    #expect(try write([Self.study("1.2.1")]) == first)
    try FileManager.default.removeItem(atPath: path)
    #expect(try write([Self.study("1.2.2")]).id != first.id)
  }

  @Test func neverReplacesWhatStands() throws {
    try write([Self.study("1.2.1")])
    let before = try folder.text(of: "plan")
    #expect(throws: FileError(.rename, .manifest, code: EEXIST)) { try write([Self.study("1.2.2")]) }
    #expect(try folder.text(of: "plan") == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan"])
  }

  static let damages: [(String, @Sendable (inout String) -> Void)] = [
    ("a changed size", { $0 = $0.replacing("1000", with: "1001") }),
    ("a changed path", { $0 = $0.replacing("/in/1.2.2/0", with: "/in/1.2.1/0") }),
    (
      "a line gone",
      { text in
        text = text.split(separator: "\n").enumerated().filter { $0.offset != 1 }.map { $0.element + "\n" }
          .joined()
      }
    ),
    (
      "two lines exchanged",
      { text in
        var lines = text.split(separator: "\n")
        lines.swapAt(1, 2)
        text = lines.joined(separator: "\n") + "\n"
      }
    ),
    ("no end", { $0 = String($0[..<$0.range(of: "{\"end\"")!.lowerBound]) }),
    ("a torn end", { $0 = String($0.dropLast(9)) }),
    ("no last line feed", { $0 = String($0.dropLast()) }),
    ("something after the end", { $0 += "\n" }),
    ("a foreign line", { $0 = $0.replacing("{\"problem\"", with: "{\"trouble\"") }),
    ("another schema", { $0 = $0.replacing("hinged.manifest/1", with: "hinged.manifest/9") }),
    ("nothing", { $0 = "" }),
  ]

  @Test(arguments: damages.indices) func refusesAManifestThatIsNotAsItWasWritten(_ index: Int) throws {
    let (name, damage) = Self.damages[index]
    try write([Self.study("1.2.1"), Self.study("1.2.2")])
    var text = try folder.text(of: "plan")
    let before = text
    damage(&text)
    #expect(text != before, "\(name)")
    try FileManager.default.removeItem(atPath: path)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    do {
      _ = try ShardPlan(path, #require(Shard(index: 1, count: 1)))
      Issue.record("\(name) was not noticed")
    } catch let failure as CommandFailure {
      #expect(failure.code == ExitCode.noInput && failure.sentence.contains("refused"), "\(name)")
    }
  }

  @Test func aShardHasItsStudiesAlone() throws {
    try write((0..<10).map { Self.study("1.2.\($0)", frames: 100 - $0) })
    let plans = try (1...3).map { try ShardPlan(path, #require(Shard(index: $0, count: 3))) }
    let uids = try plans.map { plan in try (0..<plan.count).map { try plan.study($0).study } }
    #expect(uids[0] == ["1.2.0", "1.2.5", "1.2.6"])
    #expect(Set(uids.flatMap { $0 }).count == 10 && uids.map(\.count).reduce(0, +) == 10)
  }
}
