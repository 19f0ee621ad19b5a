import Clips
import Hinge
import Study

/// A clip's frames with outlines, hinge points and diameter drawn over them, as JPEG pictures.
package struct OverlayCine: Sendable {
  package let clip: ClipReport
  package let segmented: SegmentedClip

  package init(clip: ClipReport, segmented: SegmentedClip) {
    self.clip = clip
    self.segmented = segmented
  }

  /// How a frame is drawn.
  package enum Form: Sendable, Equatable {
    /// Rows x columns of the stored frame, black outside of the sector, with captions.
    case stored(quality: Int)
    /// The sector alone with square millimetres, its larger side so many pixels long, without captions.
    case page(side: Int, quality: Int)
  }

  /// The drawing of each frame in every form, for several threads; the pictures do not depend on how many.
  ///
  /// - Parameters:
  ///   - path: the clip's file.
  ///   - outlines: of each frame (`SegmentedClip.outlines`).
  ///   - also: is given each frame as well, by several threads at once, so that nobody needs to decode it again.
  /// - Returns: work that gives for each frame a JPEG file in each form. It throws `ClipReadError` where a frame
  ///   cannot be decoded any more, `JPEGEncoder.Failure`, what `also` throws.
  package func drawing(
    of path: String, _ forms: [Form], outlines: [FrameOutlines],
    also: @escaping @Sendable (DecodedFrame) throws -> Void = { _ in }
  ) throws -> FrameWork<[[UInt8]]> {
    let captions = CaptionDrawing(frames: clip.frames, beats: clip.beats, within: segmented.target.region.box)
    return FrameWork(over: try segmented.source(path: path)) { frame in
      try also(frame)
      let cine = CineFrame(
        clip: clip, target: segmented.target, finding: segmented.findings[frame.index],
        outlines: outlines[frame.index], frame: frame)
      return try forms.map { try cine.jpeg($0, captions) }
    }
  }
}

extension OverlayCine {
  /// One frame so small that outlines and points are all that can be told on it, as a JPEG file.
  package func preview(
    of frame: DecodedFrame, outlines: FrameOutlines
  ) throws -> [UInt8] {
    let cine = CineFrame(
      clip: clip, target: segmented.target, finding: segmented.findings[frame.index], outlines: outlines,
      frame: frame)
    return try JPEGEncoder.encode(cine.preview(side: Self.previewSide), quality: Self.previewQuality)
  }

  /// Of a frame that was not segmented again, with a reader's points.
  package static func preview(
    of frame: DecodedFrame, outlines: FrameOutlines, clip: ClipReport, target: ClipTarget
  ) throws -> [UInt8] {
    let cine = CineFrame(clip: clip, target: target, finding: nil, outlines: outlines, frame: frame)
    return try JPEGEncoder.encode(cine.preview(side: previewSide), quality: previewQuality)
  }

  /// A frame of the page's cine that was not segmented again, with a reader's points, as a JPEG file.
  package static func page(
    of frame: DecodedFrame, outlines: FrameOutlines, clip: ClipReport, target: ClipTarget
  ) throws -> [UInt8] {
    let cine = CineFrame(clip: clip, target: target, finding: nil, outlines: outlines, frame: frame)
    return try JPEGEncoder.encode(cine.page(side: pageSide), quality: pageQuality)
  }

  private static let previewSide = 160
  private static let previewQuality = 75
}

extension OverlayCine {
  /// The cine on the page: pixels of its larger side, and JPEG quality, that keep 76 frames well under 6 MB.
  private static let pageSide = 440
  private static let pageQuality = 67
  package static let page = Form.page(side: pageSide, quality: pageQuality)

  /// Where the stored frame lies in the page's pictures.
  package static func placeOnPage(_ target: ClipTarget) -> HTMLReport.Cine.Place {
    let (box, spacing) = (target.box, target.spacing)
    let (scale, size) = CineFrame.pageScale(box, spacing, side: pageSide)
    return .init(
      left: Double(box.x), top: Double(box.y), scaleX: scale.x, scaleY: scale.y, width: size.width,
      height: size.height)
  }
}

extension CineFrame {
  fileprivate func jpeg(
    _ form: OverlayCine.Form, _ captions: CaptionDrawing
  ) throws(JPEGEncoder.Failure) -> [UInt8] {
    switch form {
    case .stored(let quality): try JPEGEncoder.encode(stored(captions), quality: quality)
    case .page(let side, let quality): try JPEGEncoder.encode(page(side: side), quality: quality)
    }
  }
}

/// One frame of the overlay cine: the ultrasound sector with what was found on it. What lies outside of the sector
/// is black, since names are burnt in there.
struct CineFrame {
  /// As the record has it.
  let clip: ClipReport
  let target: ClipTarget
  /// `nil` of a frame that was not segmented again.
  let finding: FrameFinding?
  let outlines: FrameOutlines
  let frame: DecodedFrame
  /// The sector.
  private let picture: GrayPicture

  init(
    clip: ClipReport, target: ClipTarget, finding: FrameFinding?, outlines: FrameOutlines,
    frame: DecodedFrame
  ) {
    self.clip = clip
    self.target = target
    self.finding = finding
    self.outlines = outlines
    self.frame = frame
    picture = GrayPicture(frame.gray, box: target.box, sector: target.sector.mask.bits)
  }

  /// In the geometry of the stored frame, rows x columns.
  func stored(_ captions: CaptionDrawing) -> Canvas {
    var canvas = Canvas(width: frame.gray.columns, height: frame.gray.rows)
    canvas.paint(picture, left: target.box.x, top: target.box.y)
    let textSize = captions.textSize
    let placement = Placement(
      origin: Point(x: 0, y: 0), scale: (1, 1), left: 0, top: 0, unit: textSize / 15, textSize: textSize)
    draw(on: &canvas, placement)
    captions.draw(caption, on: &canvas)
    return canvas
  }

  /// The sector alone, with square millimetres, its larger side so many pixels long.
  func page(side: Int) -> Canvas {
    var (canvas, placement) = sector(side: side)
    draw(on: &canvas, placement)
    return canvas
  }

  /// As `page`, without the number.
  func preview(side: Int) -> Canvas {
    var (canvas, placement) = sector(side: side)
    canvas.drawOutlines(outlines, placement)
    for point in points { canvas.drawMark(at: placement.place(point), placement.unit) }
    return canvas
  }

  /// With square millimetres, the larger side so many pixels long.
  fileprivate static func pageScale(
    _ box: PixelBox, _ spacing: PixelSpacing, side: Int
  ) -> (scale: (x: Double, y: Double), size: (width: Int, height: Int)) {
    let finest = min(spacing.x, spacing.y)
    let stretch = (x: spacing.x / finest, y: spacing.y / finest)
    let larger = max(Double(box.width) * stretch.x, Double(box.height) * stretch.y)
    let scale = (x: stretch.x * Double(side) / larger, y: stretch.y * Double(side) / larger)
    return (
      scale,
      (
        width: max(1, Int((Double(box.width) * scale.x).rounded())),
        height: max(1, Int((Double(box.height) * scale.y).rounded()))
      )
    )
  }

  private func sector(side: Int) -> (Canvas, Placement) {
    let box = target.box
    let (scale, size) = Self.pageScale(box, target.spacing, side: side)
    var canvas = Canvas(width: size.width, height: size.height)
    canvas.paint(picture.resized(to: size, scale: scale), left: 0, top: 0)
    let textSize = max(7, min(14, Double(side) / 48))
    let placement = Placement(
      origin: Point(x: Double(box.x), y: Double(box.y)), scale: scale, left: 0, top: 0, unit: textSize / 15,
      textSize: textSize)
    return (canvas, placement)
  }

  private func draw(on canvas: inout Canvas, _ placement: Placement) {
    canvas.drawOutlines(outlines, placement)
    let points = points
    guard points.count == 2 else { return }
    if let read {
      for point in own ?? read.machinePoints(inFrame: frame.index) {
        canvas.drawMachineMark(at: placement.place(point), placement.unit)
      }
    }
    let ends = points.map(placement.place)
    let number = read.flatMap(OverlayScene.Diameter.init) ?? finding?.pair.map { diameter(of: $0, points) }
    if let number { canvas.drawDiameter(number, from: ends[0], to: ends[1], placement) }
    for end in ends { canvas.drawMark(at: end, placement.unit) }
  }

  /// What a reader set in this frame.
  private var read: PhaseMeasurement? {
    clip.measurements.first { $0.frame == frame.index && $0.source == .reader && $0.hingePoints.count == 2 }
  }

  /// The reader's, else the program's, left first, in the stored frame; none where none were found.
  private var points: [Point] {
    if let read { return read.hingePoints.map(\.point) }
    return own ?? []
  }

  /// The program's, left first, in the stored frame; `nil` where it found none or did not look.
  private var own: [Point]? {
    finding?.pair.map { [target.stored($0.left), target.stored($0.right)] }
  }

  /// The number that the record has, where it has one.
  private func diameter(of pair: HingePair, _ ends: [Point]) -> OverlayScene.Diameter {
    if pair.isWithheld { return .withheld }
    let measured = clip.measurements.first { $0.frame == frame.index }
    guard target.isCalibrated else {
      let distance = PixelSpacing(x: 1, y: 1).distance(ends[0], ends[1])
      return .pixels(measured?.annulusDiameterPixels ?? distance)
    }
    let curve = clip.curves?.annulusDiameterMillimetres ?? []
    let recorded = curve.indices.contains(frame.index) ? curve[frame.index] : nil
    return .millimetres(recorded ?? pair.diameterMillimetres)
  }

  private var caption: CineCaption {
    CineCaption(
      view: clip.view.code.caption(isFromPicture: clip.view.source == .picture), index: frame.index,
      count: clip.frames, beats: clip.beats)
  }
}
