import Foundation
import Testing

@testable import Clips
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// Writes what `Tests/neighbours` reads with other people's libraries, where `HINGED_NEIGHBOUR_SAMPLES` names a
/// folder for it.
@Suite struct NeighbourSampleTests {
  private static let folder = ProcessInfo.processInfo.environment["HINGED_NEIGHBOUR_SAMPLES"]

  @Test(.enabled(if: folder != nil, "HINGED_NEIGHBOUR_SAMPLES is not set"))
  func writesSamples() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder), isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try StudyJSON.encode(SampleReport.study).write(to: folder.appendingPathComponent("study.json"))
    try StudyJSON.encode(SampleReport.viewFromPicture).write(
      to: folder.appendingPathComponent("picture.json"))
    for kind in Configuration.ReportKind.allCases {
      let path = folder.appendingPathComponent("\(kind.rawValue).dcm").path
      try StructuredReport.write(
        report: SampleReport.study, sources: SampleReport.sources, uids: SampleReport.uids,
        contentTime: SampleReport.contentTime, kind: kind, to: path)
    }
  }
}
