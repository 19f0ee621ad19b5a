import Foundation
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

@Suite struct StudyJSONTests {
  private func object(_ report: StudyReport) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: StudyJSON.encode(report))
    return try #require(json as? [String: Any])
  }

  private func clip(_ index: Int, of report: StudyReport) throws -> [String: Any] {
    let clips = try #require(try object(report)["clips"] as? [[String: Any]])
    return clips[index]
  }

  @Test func writesTheContractsNames() throws {
    let root = try object(SampleReport.study)
    #expect(
      Set(root.keys) == [
        "schema", "study", "status", "clips", "study_measurements", "inputs", "model", "software",
        "configuration", "timings_ms",
      ])
    let clip = try clip(0, of: SampleReport.study)
    #expect(
      Set(clip.keys) == [
        "sop_instance_uid", "sop_class_uid", "series_instance_uid", "file", "status", "reason", "detail",
        "view", "model", "rows", "columns", "frames", "frame_time_ms", "frame_time_source", "spacing",
        "spacing_reason", "beats",
        "measurements", "curves", "pixel_digest",
      ])
    let measurement = try #require((clip["measurements"] as? [[String: Any]])?.first)
    #expect(
      Set(measurement.keys) == [
        "phase", "frame", "hinge_points", "annulus_diameter_mm", "annulus_diameter_px", "confidence",
        "withheld", "review", "review_reasons", "contours",
      ])
    let point = try #require((measurement["hinge_points"] as? [[String: Any]])?.first)
    #expect(Set(point.keys) == ["label", "side", "site", "x", "y", "error_mm"])
    #expect((point["error_mm"] as? [String: [Double]])?["x"] == [-1.9, 2.1])
    let curves = try #require(clip["curves"] as? [String: Any])
    #expect((curves["left"] as? [Any])?.first as? [Double] == [300, 388])
    #expect((curves["lv_area_mm2"] as? [Any])?[1] is NSNull)
  }

  @Test func leavesMillimetresOutWithoutSpacing() throws {
    let clip = try clip(1, of: SampleReport.study)
    #expect(clip["spacing"] is NSNull)
    #expect(clip["spacing_reason"] as? String == "no-calibration")
    let measurement = try #require((clip["measurements"] as? [[String: Any]])?.first)
    #expect(measurement["annulus_diameter_mm"] == nil)
    #expect(measurement["annulus_diameter_px"] as? Double == 60.01)
    let point = try #require((measurement["hinge_points"] as? [[String: Any]])?.first)
    #expect(point["error_mm"] == nil)
    #expect(point["site"] is NSNull)
    let curves = try #require(clip["curves"] as? [String: Any])
    #expect(curves["lv_area_mm2"] == nil && curves["annulus_diameter_mm"] == nil)
    #expect(curves["lv_area_px2"] != nil)
  }

  @Test func writesMissingValuesAsNull() throws {
    let study = try #require(try object(SampleReport.study)["study"] as? [String: Any])
    #expect(study["supersedes"] is NSNull)
    let clip = try clip(2, of: SampleReport.study)
    for key in ["file", "spacing", "frame_time_ms", "curves"] { #expect(clip[key] is NSNull, "\(key)") }
    #expect(clip["reason"] as? String == "colour-doppler")
  }

  @Test func readsBackWhatItWrote() throws {
    let data = try StudyJSON.encode(SampleReport.study)
    let report = try StudyJSON.decode(data)
    #expect(try StudyJSON.encode(report) == data)
    #expect(report.clips[2] == SampleReport.excluded)
    #expect(report.inputs == SampleReport.study.inputs)
    #expect(report.clips[0].curves == SampleReport.measured.curves.map(rounded))
  }

  private func rounded(_ curves: ClipReport.Curves) -> ClipReport.Curves {
    var curves = curves
    curves.lvAreaSquareMillimetres = [3100, nil, 2950.6]
    return curves
  }

  @Test func writesWhatThePictureSaysOfTheView() throws {
    var report = SampleReport.study
    report.clips[0].view = .init(
      code: .a4c, source: .picture, probability: 0.9876,
      candidates: ["A4C": 0.9876, "A2C": 0.0102, "other": 0.0022],
      mirrored: false)
    report.clips[0].doubt([.viewFromPicture])
    let view = try #require(try clip(0, of: report)["view"] as? [String: Any])
    #expect(view["source"] as? String == "picture" && view["probability"] as? Double == 0.988)
    #expect(view["candidates"] as? [String: Double] == ["A4C": 0.988, "A2C": 0.01, "other": 0.002])
    #expect(try StudyJSON.decode(StudyJSON.encode(report)).clips[0].view.source == .picture)
    let stated = try #require(try clip(1, of: report)["view"] as? [String: Any])
    #expect(stated["probability"] is NSNull && stated["candidates"] is NSNull)
  }

  /// Clips of an earlier version go on into the revisions of this one.
  @Test func readsAResultThatSaysNothingOfPicturesAndSources() throws {
    var root = try object(SampleReport.study)
    root["clips"] = (root["clips"] as? [[String: Any]])?.map { clip in
      var clip = clip
      clip["view"] = (clip["view"] as? [String: Any])?.filter {
        ["code", "source", "mirrored"].contains($0.key)
      }
      return clip
    }
    root["study_measurements"] = (root["study_measurements"] as? [[String: Any]])?.map { measure in
      measure.filter { !["view_source", "chosen_by", "contradicted_by"].contains($0.key) }
    }
    let report = try StudyJSON.decode(JSONSerialization.data(withJSONObject: root))
    #expect(report.clips.map(\.view) == SampleReport.study.clips.map(\.view))
    #expect(report.studyMeasurements[0].viewSource == nil && report.studyMeasurements[0].chosenBy == nil)
  }

  @Test func refusesNumbersThatJSONDoesNotHave() {
    var report = SampleReport.study
    report.clips[0].measurements[1].hingePoints[0].y = .nan
    #expect(throws: StudyJSON.Failure.notFinite(path: "$.clips[0].measurements[1].hinge_points[0].y")) {
      try StudyJSON.encode(report)
    }
  }

  @Test(arguments: [
    ("{", "The file is not JSON."),
    ("{\"schema\":\"hinged.study/1\"}", "study is missing."),
    ("{\"schema\":1}", "schema is not hinged.study/1."),
    (
      "{\"schema\":\"hinged.study/1\",\"study\":{\"uid\":\"1.2\",\"revision\":\"1\"}}",
      "study.revision has the wrong type."
    ),
  ])
  func saysWhatIsWrongWithAFile(text: String, sentence: String) {
    #expect(throws: StudyJSON.Failure.unreadable(sentence)) { try StudyJSON.decode(Data(text.utf8)) }
  }

  @Test func refusesAnotherSchema() throws {
    var report = SampleReport.study
    report.schema = "hinged.study/2"
    let data = try StudyJSON.encode(report)
    #expect(throws: StudyJSON.Failure.unreadable("schema is not hinged.study/1.")) {
      try StudyJSON.decode(data)
    }
  }

  /// Clips of an earlier revision go on into the next one as they are.
  @Test func writesAgainTheBytesThatItRead() throws {
    for report in [SampleReport.study, SampleReport.viewFromPicture] {
      let data = try StudyJSON.encode(report)
      let record = try StudyJSON.decode(data)
      #expect(try StudyJSON.encode(record) == data)
      #expect(try record.recorded() == record)
    }
  }

  @Test func theHeadlinesAreThoseOfTheWholeRecord() throws {
    let data = try StudyJSON.encode(SampleReport.viewFromPicture)
    var record = try StudyJSON.decode(data)
    for index in record.clips.indices {
      record.clips[index].curves = nil
      record.clips[index].beats = []
      for phase in record.clips[index].measurements.indices {
        record.clips[index].measurements[phase].contours = nil
        record.clips[index].measurements[phase].hingePoints = []
      }
    }
    for index in record.studyMeasurements.indices {
      record.studyMeasurements[index].modifiers = []
      record.studyMeasurements[index].range = []
      record.studyMeasurements[index].others = []
      record.studyMeasurements[index].chosenBy = []
      record.studyMeasurements[index].contradictedBy = []
      if record.studyMeasurements[index].beats != nil { record.studyMeasurements[index].beats = [] }
    }
    #expect(try StudyJSON.decodeHeadlines(Array(data)) == record)
  }
}
