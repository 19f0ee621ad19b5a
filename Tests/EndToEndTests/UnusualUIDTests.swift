import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import WatchDaemon

@Suite struct UnusualUIDTests {
  /// De-identified files often have a component with a leading zero, which is against the letter of PS3.5 9.1.
  @Test func aUIDWithALeadingZeroIsMeasuredAndReported() throws {
    let folder = try ScratchFolder()
    try PhantomStudy.write(to: folder.path + "/clip.dcm") { file in
      file.sopInstanceUID = "2.25.1001.007"
      file.seriesInstanceUID = "2.25.1002.0815"
    }
    let run = try ProgramRun.hinged("process", folder.path + "/clip.dcm", "--outbox", folder.path + "/outbox")
    #expect(run.status == 0, "\(run.errors)")
    let names = folder.names("outbox/\(PhantomStudy.study)")
    #expect(names.contains("report.dcm") && names.contains("2.25.1001.007.ED.png"))
  }

  /// No object can refer to it. Its numbers, its pictures and its page are there all the same.
  @Test func aClipWithoutAValidSeriesIsMeasuredAndTheLogSaysWhatIsMissing() throws {
    let folder = try ScratchFolder()
    try PhantomStudy.write(to: folder.path + "/clip.dcm") { $0.seriesInstanceUID = "1.2.x" }
    let run = try ProgramRun.hinged("process", folder.path + "/clip.dcm", "--outbox", folder.path + "/outbox")
    #expect(run.status == 0, "\(run.errors)")
    let instance = "\(PhantomStudy.study).1"
    #expect(
      folder.names("outbox/\(PhantomStudy.study)") == [
        "\(instance).ED.png", "\(instance).ES.png", "index.html", "log.jsonl", "preview.jpg",
        "study.json",
      ])
    let log = String(decoding: try folder.data("outbox/\(PhantomStudy.study)/log.jsonl"), as: UTF8.self)
    for event in ["overlay-refused", "report-refused", "segments-refused"] {
      #expect(log.components(separatedBy: "\"\(event)\"").count == 2, "\(event)")
    }
  }
}
