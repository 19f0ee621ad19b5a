import Foundation
import TestSupport
import Testing

/// What `docs/REAL_FILES.md` says of every real file is what the program does with it.
@Suite(.enabled(if: TestData.isPresent, "needs HINGED_TEST_DATA")) struct RealFilesTests {
  /// Status and reason by file, as `folder/name`.
  private static func documented() throws -> [String: String] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/REAL_FILES.md")
    var rows: [String: String] = [:]
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      for file in cells[0].split(separator: ",") {
        rows[file.trimmingCharacters(in: CharacterSet(charactersIn: "` "))] = cells[1]
      }
    }
    return rows
  }

  /// `measured`, or the status with its reason.
  private static func observed(in folder: ScratchFolder) throws -> [String: String] {
    let run = try ProgramRun.hinged(
      "process", TestData.path("dicom"), "--outbox", folder.path + "/outbox", "--json", "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    var results: [String: String] = [:]
    for line in run.lines {
      let end = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      let parts = (end["file"] as? String ?? "").split(separator: "/").suffix(2)
      results[parts.joined(separator: "/")] = [end["state"], end["reason"]].compactMap { $0 as? String }
        .joined(separator: " ")
    }
    for study in folder.studies("outbox") {
      let report = try folder.object("outbox/\(study)/study.json")
      for clip in report["clips"] as? [[String: Any]] ?? [] {
        let name = clip["file"] as? String ?? ""
        guard let key = results.keys.first(where: { $0.hasSuffix("/" + name) }) else { continue }
        results[key] = [clip["status"], clip["reason"]].compactMap { $0 as? String }.joined(separator: " ")
      }
    }
    return results
  }

  @Test func everyRealFileYieldsWhatTheTableSays() throws {
    let folder = try ScratchFolder()
    let documented = try Self.documented()
    let observed = try Self.observed(in: folder)
    #expect(Set(observed.keys) == Set(documented.keys))
    for (file, result) in documented.sorted(by: { $0.key < $1.key }) {
      #expect(observed[file] == result, "\(file)")
    }
  }
}
