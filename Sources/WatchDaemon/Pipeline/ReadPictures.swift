import Clips
import Foundation
import Hinge
import Platform
import Reports
import Spool
import Study

/// The pictures of a clip that a reader corrected, drawn from its kept file without the network: the reader's points, the
/// program's faintly beside them, and the outlines that the record keeps of the frame.
struct ReadPictures {
  private let report: StudyReport
  private let clip: ClipReport
  private let path: String
  private let settings: AnalysisSettings
  private let staging: String

  private static let stillQuality = 85

  /// - Returns: `nil` where nothing is to be drawn.
  init?(report: StudyReport, file: StudyFile, settings: AnalysisSettings, staging: String) {
    guard let clip = file.header.sopInstanceUID.flatMap(report.clip), clip.reader != nil,
      !clip.measurements.isEmpty, !settings.outputs.isDisjoint(with: [.png, .pdf, .html])
    else { return nil }
    (self.report, self.clip, self.settings, self.staging) = (report, clip, settings, staging)
    path = file.path
  }

  /// What was drawn, as JPEG files.
  struct Drawn {
    /// For page and print.
    var stills: [CyclePhase: [UInt8]] = [:]
    /// Of the page's cine, by their index.
    var frames: [Int: Data] = [:]
    var place: HTMLReport.Cine.Place?
  }

  /// Writes the PNG files that are wanted, and the study's preview where this clip is the one shown.
  /// - Returns: What was drawn; nothing where the file's frames cannot be decoded any more.
  /// - Throws: what the writers throw.
  func write() throws -> Drawn {
    let frames = clip.measurements.map(\.frame)
    let points = clip.measurements.flatMap(\.hingePoints).map(\.point)
    guard let found = try? SectorFrames(of: path, frames: frames, around: points) else { return Drawn() }
    var drawn = Drawn(place: OverlayCine.placeOnPage(found.target))
    for measurement in clip.measurements {
      guard let frame = found.frames[measurement.frame] else { continue }
      let outlines = FrameOutlines(measurement.contours)
      let scene = MeasuredPicture(measurement, target: found.target)
        .scene(on: frame.gray, outlines: outlines, of: clip)
      let canvas = try OverlayPNG.draw(scene)
      if settings.outputs.contains(.png) {
        let name = clip.sopInstanceUID + ClipWriter.suffix(ofPicture: measurement.phase)
        try AtomicFile.write(PNGEncoder.encode(canvas), to: staging + "/" + name, .staging)
      }
      if measurement.phase == .endDiastole, report.previewedClip == clip.sopInstanceUID {
        let preview = try OverlayCine.preview(of: frame, outlines: outlines, clip: clip, target: found.target)
        try AtomicFile.write(preview, to: staging + "/" + StudyFacts.picture, .staging)
      }
      drawn.stills[measurement.phase] = try JPEGEncoder.encode(canvas, quality: Self.stillQuality)
      // In others of its frames the cine shows what the program found.
      guard measurement.source == .reader, settings.outputs.contains(.html) else { continue }
      drawn.frames[measurement.frame] = try Data(
        OverlayCine.page(of: frame, outlines: outlines, clip: clip, target: found.target))
    }
    return drawn
  }
}
