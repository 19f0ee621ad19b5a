import Hinge
import Study

extension ClipReport {
  /// What is known of a clip before anything was looked at.
  package init(_ header: ClipHeader, file: String?) {
    self.init(
      sopInstanceUID: header.sopInstanceUID ?? "", sopClassUID: header.sopClassUID,
      seriesInstanceUID: header.seriesInstanceUID, file: file, status: .failed, reason: nil, detail: nil,
      view: View(code: .unknown, source: .none, mirrored: false), rows: header.rows, columns: header.columns,
      frames: header.frames, frameTimeMilliseconds: FrameTiming(header).mean,
      frameTimeSource: FrameTiming.stated(header)?.source, spacing: nil,
      spacingReason: nil,
      beats: [], measurements: [], curves: nil)
  }

  package mutating func stop(_ stop: ClipStop) {
    status = stop.status
    reason = stop.reason
    detail = stop.detail
    // What is excluded claims no view, but for one that somebody stated.
    guard stop.status == .excluded, !view.source.isStatement else { return }
    view = View(
      code: stop.reason == .notApical ? .other : .unknown, source: .none, candidates: view.candidates,
      mirrored: false)
  }

  /// Which view the clip shows, and the model that measures such views.
  mutating func state(_ view: View, model segmenter: Segmenter) {
    self.view = view
    model = StudyReport.Model(segmenter)
  }

  /// The scale of the picture, or why there is none.
  mutating func state(_ region: ImageRegion, of header: ClipHeader) {
    let source: Spacing.Source = header.regions.isEmpty ? .pixelSpacing : .region
    spacing = region.spacing.map { Spacing(x: $0.x, y: $0.y, source: source) }
    spacingReason = region.spacing == nil ? region.spacingReason ?? .noCalibration : nil
  }
}

extension ClipReport {
  /// Millimetres of an adult's annulus and square millimetres of the left ventricle's largest area in an apical view,
  /// well beyond the norms on either side.
  private static let adultAnnulus = 20.0...50.0
  private static let adultVentricle = 1_200.0...7_000.0

  /// Whether the scale is PixelSpacing's alone and the heart would be a child's by it, or no heart: PixelSpacing may
  /// be that of a screen, or of the picture before it was shrunk.
  var hasDoubtfulScale: Bool {
    guard spacing?.source == .pixelSpacing else { return false }
    let diameter = Percentiles.median((curves?.annulusDiameterMillimetres ?? []).compactMap { $0 })
    let area = (curves?.lvAreaSquareMillimetres ?? []).compactMap { $0 }.max()
    return !(diameter.map(Self.adultAnnulus.contains) ?? true)
      || !(area.map(Self.adultVentricle.contains) ?? true)
  }
}

extension ClipReport.Curves {
  /// The curves over every frame, in pixels, and in millimetres where the target is calibrated. Points are those that
  /// were found, whether they are trusted or not; a diameter that is withheld is none.
  package init(_ findings: [FrameFinding], target: ClipTarget) {
    let pixel = target.spacing.x * target.spacing.y
    let areas = findings.map(\.ventricleArea)
    self.init(
      frames: Array(findings.indices),
      lvAreaSquareMillimetres: target.isCalibrated ? areas : nil,
      lvAreaSquarePixels: areas.map { $0.map { $0 / pixel } },
      annulusDiameterMillimetres: target.isCalibrated ? findings.map(\.trustedDiameter) : nil,
      left: findings.map { $0.pair.map { target.stored($0.left) } },
      right: findings.map { $0.pair.map { target.stored($0.right) } })
  }
}
