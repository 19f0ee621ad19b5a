import Foundation
import TestSupport

@testable import Lab
@testable import Phantom
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// A page with a cine and with the study's measures.
enum SamplePage {
  static let report: StudyReport = {
    var report = SampleReport.study
    report.clips[0] = MeasureSamples.clip(
      .a4c, uid: SampleReport.measuredUID,
      beats: [
        MeasureSamples.beat(2, isReference: true), MeasureSamples.beat(22, left: 12.34, isReference: false),
      ])
    report.clips[0].beats[0].esFrame = 7
    report.clips[0].measurements[0].review = true
    report.clips[0].measurements[0].reviewReasons = ["leak", "steep-contact", "uncertain-points"]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    return report
  }()

  static func text(frames: Int = 12) throws -> String {
    let cine = HTMLReport.Cine(
      frames: (0..<frames).map { frame in
        Data(JPEGBytes.flat(rows: 48, columns: 64, components: [UInt8(20 * (frame % 12))]))
      })
    return HTMLReport.render(
      report: try report.recorded(), overlays: .init(), cines: [SampleReport.measuredUID: cine])
  }

  /// Of a cine that shows the right half of the stored frame, halved.
  static func toCorrect() throws -> String {
    let frames = (0..<40).map { Data(JPEGBytes.flat(rows: 300, columns: 200, components: [UInt8(4 * $0)])) }
    let place = HTMLReport.Cine.Place(
      left: 200, top: 0, scaleX: 0.5, scaleY: 0.5, width: 200, height: 300)
    let page = HTMLReport.render(
      report: try SampleReport.study.recorded(), overlays: .init(),
      cines: [SampleReport.measuredUID: .init(frames: frames, place: place)])
    return String(
      decoding: HTMLReport.stating(digest: String(repeating: "a", count: 64), on: Data(page.utf8)),
      as: UTF8.self)
  }

  /// Of both views, whose biplane numbers come from them, with a cine each.
  static func ofBothViews() throws -> String {
    var report = SampleReport.study
    let beats = [MeasureSamples.beat(2)]
    report.clips = [
      MeasureSamples.clip(.a2c, uid: "1.1", beats: beats),
      MeasureSamples.clip(.a4c, uid: "1.2", beats: beats),
    ]
    report.studyMeasurements = StudyMeasures.measurements(of: report.clips)
    let frames = (0..<12).map { frame in
      Data(JPEGBytes.flat(rows: 48, columns: 64, components: [UInt8(20 * frame)]))
    }
    return HTMLReport.render(
      report: try report.recorded(), overlays: .init(),
      cines: ["1.1": .init(frames: frames), "1.2": .init(frames: frames)])
  }
}
