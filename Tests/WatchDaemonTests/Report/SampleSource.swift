import Foundation
import Hinge

@testable import WatchDaemon

extension SampleReport {
  static let uids = DerivedUID(
    inputs: [digest("a"), digest("b"), digest("c")], model: digest("e"), configuration: digest("f"),
    version: "0.1.0")
  static let contentTime = UTCTime(milliseconds: 1_767_225_600_000)

  static var sources: [SourceClip] {
    [
      source(measuredUID, spacing: PixelSpacing(x: 0.441, y: 0.441)), source(uncalibratedUID, spacing: nil),
      source(excludedUID, spacing: nil),
    ]
  }

  static func source(_ uid: String, spacing: PixelSpacing?) -> SourceClip {
    SourceClip(
      sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: uid, seriesInstanceUID: "1.2.3.4.9",
      studyInstanceUID: studyUID,
      attributes: [
        "PatientName": "Synthétique^Étude", "PatientID": "SYNTHETIC-1", "PatientSex": "O",
        "PatientBirthDate": "19700101", "StudyDate": "20250102", "StudyTime": "101112.5",
        "AccessionNumber": "A1", "StudyID": "S1", "ReferringPhysicianName": "Referrer^Synthetic",
        "IssuerOfPatientID": "SYNTHETIC", "StudyDescription": "Synthetic study",
      ],
      rows: 600, columns: 800, frames: 40, spacing: spacing)
  }

  /// Writes the sample's report into a new temporary folder and hands its path over.
  static func withWrittenReport<Result>(
    _ report: StudyReport = study, sources: [SourceClip] = sources,
    kind: StructuredReport.Kind = .comprehensive,
    _ body: (_ path: String) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("report.dcm").path
    try StructuredReport.write(
      report: report, sources: sources, uids: uids, contentTime: contentTime, kind: kind, to: path)
    return try body(path)
  }
}

/// A program of the system that judges what is written.
enum Tool {
  static func path(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  static func isInstalled(_ name: String) -> Bool { path(name) != nil }

  /// Exit status and what was written on both outputs.
  static func run(_ name: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path(name) ?? name)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
