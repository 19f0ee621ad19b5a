import Clips
import Hinge
import Platform
import Reports
import Spool
import Study
import Synchronization

/// The outputs of one clip whose frames were segmented: segments, overlay cine and overlay pictures. Each frame is
/// taken up once for all of them.
struct ClipWriter: Sendable {
  let file: StudyFile
  /// As the record has it.
  let clip: ClipReport
  let pictures: [MeasuredPicture]
  let segmented: SegmentedClip
  let settings: AnalysisSettings
  /// What objects repeat of the clip; without it there are pictures only.
  let object: ClipObject?
  /// Whether the page has room for the cine.
  let isOnPage: Bool
  /// Whether the study's preview shows it.
  let isPreviewed: Bool
  let staging: String

  /// How the names of a clip's files end, after its SOPInstanceUID.
  static let suffixes = CyclePhase.allCases.map { suffix(ofPicture: $0) } + [segments, overlay]
  static func suffix(ofPicture phase: CyclePhase) -> String { ".\(phase.rawValue).png" }
  private static let segments = ".seg.dcm"
  private static let overlay = ".overlay.dcm"

  /// Where the stored frame lies in the page's cine.
  var pagePlace: HTMLReport.Cine.Place { OverlayCine.placeOnPage(segmented.target) }
  /// Of the pictures on the page; a sixth of the PNG files' size, and nothing that the eye misses.
  private static let stillQuality = 85

  private var path: String { staging + "/" + clip.sopInstanceUID }
  private var wantsCine: Bool { settings.outputs.contains(.overlay) && object != nil }
  private var wantsPage: Bool { settings.outputs.contains(.html) && isOnPage }
  /// The printed report shows them too.
  private var wantedPictures: [MeasuredPicture] {
    if settings.outputs.isDisjoint(with: [.png, .pdf]) { return [] }
    return clip.reader == nil ? pictures : clip.measurements.map(picture)
  }

  /// With a reader's word: as the record has it.
  private func picture(of measurement: PhaseMeasurement) -> MeasuredPicture {
    let own = pictures.first { picture in
      picture.measurement.phase == measurement.phase && picture.measurement.frame == measurement.frame
    }
    guard var own, measurement.source != .reader else {
      return MeasuredPicture(measurement, target: segmented.target)
    }
    own.measurement = measurement
    return own
  }

  /// The work on a clip that was begun, in pieces for several threads.
  struct Work {
    /// Segments, and the drawing of the frames.
    var pieces: [SideBySide.Piece]
    /// To be asked for when all pieces have ended.
    var end: () -> Drawn
  }

  /// What was drawn of a clip.
  struct Drawn: Sendable {
    /// The overlay cine's frames as JPEG files; empty where none is wanted.
    var cine: [[UInt8]] = []
    /// What the page shows as JPEG files: the measured frames, and its cine's frames.
    var stills: [(CyclePhase, [UInt8])] = []
    var page: [[UInt8]] = []
  }

  /// - Parameter refusals: takes the names of objects that could not be made.
  /// - Throws: a file that cannot be opened any more; the pieces throw what `SideBySide` passes on: a full disk, a
  ///   frame that cannot be decoded any more.
  func begin(_ refusals: Refusals) throws -> Work {
    noteMissingObjects(refusals)
    let outlines = segmented.outlines(threads: settings.threads)
    var pieces: [SideBySide.Piece] = []
    if settings.outputs.contains(.seg), let object {
      pieces.append {
        try refusals.unlessRefused("segments-refused") {
          try SegmentationObject.write(
            object, outlines: outlines, frames: segmentFrames, transfer: settings.segmentTransfer,
            to: path + Self.segments)
        }
      }
    }
    let stills = DrawnPictures()
    let draw: @Sendable (DecodedFrame) throws -> Void = { [self] frame in
      for picture in wantedPictures where picture.measurement.frame == frame.index {
        let scene = picture.scene(on: frame.gray, outlines: outlines[frame.index], of: clip)
        let canvas = try OverlayPNG.draw(scene)
        if settings.outputs.contains(.png) {
          try AtomicFile.write(
            PNGEncoder.encode(canvas), to: path + Self.suffix(ofPicture: picture.measurement.phase), .staging)
        }
        let still = try JPEGEncoder.encode(canvas, quality: Self.stillQuality)
        stills.byPhase.withLock { $0[picture.measurement.phase] = still }
        guard isPreviewed, picture.measurement.phase == .endDiastole else { continue }
        let preview = try OverlayCine(clip: clip, segmented: segmented).preview(
          of: frame, outlines: outlines[frame.index])
        try AtomicFile.write(preview, to: staging + "/" + StudyFacts.picture, .staging)
      }
    }
    let forms =
      (wantsCine ? [OverlayCine.Form.stored(quality: settings.overlayQuality)] : [])
      + (wantsPage ? [OverlayCine.page] : [])
    let drawing = try drawing(outlines, forms, draw)
    return Work(pieces: pieces + drawing.pieces(settings.threads)) { [wantsCine, wantsPage] in
      let frames = drawing.results
      return Drawn(
        cine: wantsCine ? frames.map { $0[0] } : [], stills: stills.inOrder,
        page: wantsPage ? frames.compactMap(\.last) : [])
    }
  }

  /// A clip that nothing can refer to, for want of a valid series or class, has pictures and no objects.
  private func noteMissingObjects(_ refusals: Refusals) {
    guard object == nil else { return }
    let cause = "The clip states no series or class that an object could refer to."
    if settings.outputs.contains(.seg) { refusals.note("segments-refused", cause) }
    if settings.outputs.contains(.overlay) { refusals.note("overlay-refused", cause) }
  }

  private var segmentFrames: SegmentFrames { SegmentFrames(settings.segmentFrames, of: clip) }

  /// What was written of the clip, once everything of it was.
  func objects() throws -> ClipObjects? {
    guard let object else { return nil }
    return ClipObjects(
      segmentation: try Files.exists(path + Self.segments, .staging)
        ? .init(of: object, frames: segmentFrames) : nil,
      overlay: try Files.exists(path + Self.overlay, .staging)
        ? object.reference(to: "overlay", OverlayCineObject.sopClassUID) : nil)
  }

  /// Writes the overlay cine, where one is wanted.
  func writeCine(_ drawn: Drawn, _ refusals: Refusals) throws {
    guard wantsCine, let object else { return }
    try refusals.unlessRefused("overlay-refused") {
      try OverlayCineObject.write(object, frames: drawn.cine, to: path + Self.overlay)
    }
  }

  /// The drawing of every frame; without forms, of the measured ones only.
  private func drawing(
    _ outlines: [FrameOutlines], _ forms: [OverlayCine.Form],
    _ draw: @escaping @Sendable (DecodedFrame) throws -> Void
  ) throws -> FrameWork<[[UInt8]]> {
    if !forms.isEmpty {
      return try OverlayCine(clip: clip, segmented: segmented)
        .drawing(of: file.path, forms, outlines: outlines, also: draw)
    }
    let indices = Set(wantedPictures.map(\.measurement.frame)).sorted()
    if indices.isEmpty { return FrameWork(over: { nil }, { _ in [] }) }
    return FrameWork(over: try segmented.source(of: indices, path: file.path)) { frame in
      try draw(frame)
      return []
    }
  }
}

/// Pictures that several threads draw.
private final class DrawnPictures: Sendable {
  let byPhase = Mutex<[CyclePhase: [UInt8]]>([:])

  var inOrder: [(CyclePhase, [UInt8])] {
    byPhase.withLock { drawn in CyclePhase.allCases.compactMap { phase in drawn[phase].map { (phase, $0) } } }
  }
}

/// Objects that could not be made: attributes of the source that no valid object can repeat cost the study that
/// object, not its results. Noted by several threads.
final class Refusals: Sendable {
  struct Event: Sendable {
    var word: StudyLog.Word
    /// Of the program's own, without values.
    var cause: String
  }

  private let noted = Mutex<[Event]>([])

  func unlessRefused(_ event: StudyLog.Word, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let refusal as DICOMHeader.Refusal {
      note(event, refusal.message)
    } catch is PixelDataFile.TooLong {
      note(event, "Its pixels would be longer than an object may be.")
    }
  }

  func note(_ event: StudyLog.Word, _ cause: String) {
    noted.withLock { $0.append(Event(word: event, cause: cause)) }
  }

  /// Each object's event, in the order of their names.
  var events: [Event] {
    noted.withLock { $0.sorted { ($0.word.description, $0.cause) < ($1.word.description, $1.cause) } }
  }
}
