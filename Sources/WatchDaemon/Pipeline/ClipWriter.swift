import Hinge
import Synchronization

/// Writes the outputs of one clip whose frames were segmented: segments, overlay cine and overlay pictures. Each
/// frame is taken up once for all of them.
struct ClipWriter: Sendable {
  let file: StudyFile
  let outcome: ClipAnalysis.Outcome
  let segmented: SegmentedClip
  let settings: AnalysisSettings

  /// How the names of a clip's files end, after its SOPInstanceUID.
  static let suffixes = CyclePhase.allCases.map { ".\($0.rawValue).png" } + [segments, overlay]
  private static let segments = ".seg.dcm"
  private static let overlay = ".overlay.dcm"

  private var clip: ClipReport { outcome.report }

  /// What the page shows of a clip.
  struct Pictures {
    var overlays: [(CyclePhase, [UInt8])]
    /// The cine's frames as JPEG files; empty where no page is wanted.
    var cine: [[UInt8]]
  }

  /// The cine on the page: pixels of its larger side, and JPEG quality, that keep 76 frames well under 6 MB.
  private static let pageForm = OverlayCine.Form.page(side: 440, quality: 70)

  /// - Parameter source: what objects repeat of the clip; without it there are pictures only.
  /// - Returns: the pictures for the page.
  /// - Throws: a full disk; a file that cannot be decoded any more.
  func write(
    source: SourceClip?, _ report: StudyReport, into staging: String, log: inout StudyLog
  ) throws -> Pictures {
    let outlines = segmented.outlines(threads: settings.threads)
    let path = staging + "/" + clip.sopInstanceUID
    let object = source.map { makeObject($0, report) }
    if settings.outputs.contains(.seg), let object {
      try Self.unlessRefused("segments-refused", &log) {
        try SegmentationObject.write(object, outlines: outlines, to: path + Self.segments)
      }
    }
    let wantsCine = settings.outputs.contains(.overlay) && object != nil
    let forms = (wantsCine ? [.stored] : []) + (settings.outputs.contains(.html) ? [Self.pageForm] : [])
    let (frames, pngs) = try pictures(outlines, forms)
    if wantsCine, let object {
      try Self.unlessRefused("overlay-refused", &log) {
        try OverlayCineObject.write(object, frames: frames[0], to: path + Self.overlay)
      }
    }
    for (phase, png) in pngs {
      try AtomicFile.write(png, to: path + ".\(phase.rawValue).png", .staging)
    }
    return Pictures(overlays: pngs, cine: settings.outputs.contains(.html) ? frames.last ?? [] : [])
  }

  /// Attributes of the source that no valid object can repeat cost the study that object, not its results.
  private static func unlessRefused(
    _ event: StudyLog.Word, _ log: inout StudyLog, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch is DICOMHeader.Refusal {
      log.add(event, stage: "publish", at: .now)
    } catch is PixelDataFile.TooLong {
      log.add(event, stage: "publish", at: .now)
    }
  }

  /// The cine's frames in each form that is wanted, and the pictures of the measured frames.
  private func pictures(
    _ outlines: [FrameOutlines], _ forms: [OverlayCine.Form]
  ) throws -> (cines: [[[UInt8]]], pngs: [(CyclePhase, [UInt8])]) {
    let pngs = DrawnPictures()
    let draw: @Sendable (DecodedFrame) throws -> Void = { [self] frame in
      for picture in wantedPictures where picture.measurement.frame == frame.index {
        let scene = picture.scene(on: frame.gray, outlines: outlines[frame.index], of: clip)
        let png = try OverlayPNG.render(scene)
        pngs.byPhase.withLock { $0[picture.measurement.phase] = png }
      }
    }
    var frames: [[[UInt8]]] = []
    if forms.isEmpty {
      try drawAlone(draw)
    } else {
      frames = try OverlayCine(clip: clip, segmented: segmented).jpegFrames(
        of: file.path, forms, outlines: outlines, threads: settings.threads, also: draw)
    }
    let drawn = pngs.byPhase.withLock { $0 }
    return (frames, CyclePhase.allCases.compactMap { phase in drawn[phase].map { (phase, $0) } })
  }

  private var wantedPictures: [MeasuredPicture] {
    settings.outputs.contains(.png) ? outcome.pictures : []
  }

  /// The measured frames only.
  private func drawAlone(_ draw: @Sendable (DecodedFrame) throws -> Void) throws {
    let indices = Set(wantedPictures.map(\.measurement.frame)).sorted()
    guard !indices.isEmpty else { return }
    let source = try segmented.source(of: indices, path: file.path)
    _ = try ConcurrentFrames(threads: settings.threads).map(draw, over: source)
  }

  private func makeObject(_ source: SourceClip, _ report: StudyReport) -> ClipObject {
    let uids = DerivedUID(
      inputs: [file.sha256], model: report.model.sha256, configuration: settings.digest,
      version: report.software.version)
    let status = try? Files.examine(file.path, .spool)
    return ClipObject(
      source: source, header: file.header, clip: clip, model: clip.model ?? report.model,
      software: report.software,
      uids: uids, contentTime: file.header.statedTime ?? UTCTime(milliseconds: 0),
      sourceBytes: status.map { Int($0.st_size) })
  }
}

/// Pictures that several threads draw.
private final class DrawnPictures: Sendable {
  let byPhase = Mutex<[CyclePhase: [UInt8]]>([:])
}
