import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// What `hinged demo` makes, prints and decides.
@Suite struct DemoTests {
  @Test func closeMeasurementsPass() throws {
    let (code, text) = try demonstrate { clip in report(clip, shift: 3) }
    #expect(code == 0)
    #expect(text.contains("Every hinge point is within 5 mm of the truth."))
    #expect(text.contains("Research use only. Not for diagnosis."))
    #expect(text.contains("3.0 mm"))
  }

  @Test func oneFarPointFails() throws {
    let (code, text) = try demonstrate { clip in report(clip, shift: 5.2) }
    #expect(code == 1)
    #expect(text.contains("more than 5 mm off"))
  }

  @Test func missingPhaseFails() throws {
    let (code, text) = try demonstrate { clip in
      var result = report(clip, shift: 0)
      result.clips[0].measurements.removeLast()
      return result
    }
    #expect(code == 1)
    #expect(text.contains("missing: clip 1: nothing measured at ES"))
  }

  @Test func withheldMeasurementFails() throws {
    let (code, _) = try demonstrate { clip in
      var result = report(clip, shift: 0)
      result.clips[0].measurements[0].withheld = .lowConfidence
      return result
    }
    #expect(code == 1)
  }

  @Test func missingClipFails() throws {
    let (code, text) = try demonstrate { clip in
      var result = report(clip, shift: 0)
      result.clips = []
      return result
    }
    #expect(code == 1)
    #expect(text.contains("not in the report"))
  }

  @Test func usedFolderIsRefused() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/inbox/old", withIntermediateDirectories: true)
      #expect(throws: DemoFailure.self) {
        _ = try runDemo(
          directory: folder, clips: [Self.clip], process: { _, _ in report(Self.clip, shift: 0) },
          say: { _ in })
      }
    }
  }

  @Test func clipsLieInOneStudyFolderOfTheInbox() throws {
    try withTemporaryFolder { folder in
      var seen: [String] = []
      _ = try runDemo(
        directory: folder, clips: [Self.clip],
        process: { inbox, _ in
          seen = try FileManager.default.subpathsOfDirectory(atPath: inbox).sorted()
          return report(Self.clip, shift: 0)
        }, say: { _ in })
      #expect(seen == ["phantom", "phantom/clip1.dcm"])
    }
  }

  private static let clip: DemoClip = {
    let cine = PhantomTests.small {
      $0.rows = 96
      $0.columns = 128
      $0.frames = 16
    }
    let file = cine.file(sopInstanceUID: "2.25.31", studyInstanceUID: "2.25.32", seriesInstanceUID: "2.25.33")
    return DemoClip(title: "small", cine: cine, file: file, isColour: false)
  }()

  private func demonstrate(_ process: (DemoClip) -> StudyReport) throws -> (Int32, String) {
    try withTemporaryFolder { folder in
      var lines: [String] = []
      let code = try runDemo(
        directory: folder, clips: [Self.clip], process: { _, _ in process(Self.clip) },
        say: { lines.append($0) })
      return (code, lines.joined(separator: "\n"))
    }
  }

  /// A report whose points are off the truth by `shift` millimetres to the right.
  private func report(_ clip: DemoClip, shift: Double) -> StudyReport {
    let beat = clip.cine.beats[0]
    let measurements = [(CyclePhase.endDiastole, beat.endDiastole), (.endSystole, beat.endSystole)]
      .map { phase, frame in
        let truth = clip.cine.hingePoints(frame)
        let points = [(PhaseMeasurement.HingePoint.Side.left, truth.left), (.right, truth.right)]
          .map { side, point in
            PhaseMeasurement.HingePoint(side: side, x: point.x + shift / clip.cine.spacing.x, y: point.y)
          }
        return PhaseMeasurement(
          phase: phase, frame: frame, hingePoints: points,
          annulusDiameterMillimetres: clip.cine.annulusDiameter(frame), review: false, reviewReasons: [])
      }
    let result = ClipReport(
      sopInstanceUID: clip.file.sopInstanceUID, status: .measured,
      view: .init(code: .a4c, source: .tag, mirrored: false), rows: clip.file.rows,
      columns: clip.file.columns,
      frames: clip.file.frames, beats: [], measurements: measurements)
    return StudyReport(
      study: .init(uid: clip.file.studyInstanceUID, revision: 1), status: .completed, clips: [result],
      studyMeasurements: [], inputs: [], model: .init(name: "none", sha256: "", licence: ""),
      software: .init(name: "hinged", version: "0"),
      timings: .init(decode: 0, inference: 0, publish: 0, total: 0))
  }
}
