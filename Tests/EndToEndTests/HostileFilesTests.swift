import Foundation
import TestSupport
import Testing

/// Malformed and truncated files around one good clip: each gets a line with a reason, and the good one is measured.
@Suite(.enabled(if: TestData.isPresent, "needs HINGED_TEST_DATA")) struct HostileFilesTests {
  private static func malformed() throws -> [String] {
    let root = TestData.path("malformed")
    let names = try FileManager.default.subpathsOfDirectory(atPath: root)
    return names.map { root + "/" + $0 }.filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }

  /// Real clips cut at several places.
  private static func truncated(in folder: ScratchFolder) throws -> [String] {
    var paths: [String] = []
    for (index, name) in ["philips_tte/Image-3.dcm", "acuson_a4c/DIRW0007.dcm"].enumerated() {
      let whole = try Data(contentsOf: URL(fileURLWithPath: TestData.path("dicom/" + name)))
      for share in [0.001, 0.01, 0.5, 0.9, 0.999] {
        let path = folder.path + "/cut-\(index)-\(share).dcm"
        try whole.prefix(Int(Double(whole.count) * share)).write(to: URL(fileURLWithPath: path))
        paths.append(path)
      }
    }
    return paths
  }

  @Test(.timeLimit(.minutes(10))) func everyFileEndsWithAReasonAndTheGoodClipIsMeasured() throws {
    let folder = try ScratchFolder()
    let good = TestData.path("dicom/philips_tte/Image-40.dcm")
    let bad = try Self.malformed() + Self.truncated(in: folder)
    let run = try ProgramRun.of(
      Products.hinged, ["process", good] + bad + ["--outbox", folder.path + "/outbox", "--json", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    let ends = try run.lines.map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
    #expect(ends.count == bad.count + 1)
    for end in ends where end["file"] as? String != good {
      #expect(end["reason"] as? String != nil, "\(end["file"] ?? "")")
    }
    #expect(ends.first { $0["file"] as? String == good }?["state"] as? String == "used")
    let cuts = ends.filter { ($0["file"] as? String)?.contains("/cut-") == true }
    #expect(cuts.count == 10)
    for cut in cuts { #expect(cut["state"] as? String != "used") }
  }
}
