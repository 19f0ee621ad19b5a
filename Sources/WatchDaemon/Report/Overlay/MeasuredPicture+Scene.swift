import Hinge

extension MeasuredPicture {
  func scene(on frame: GrayFrame, outlines: FrameOutlines, of clip: ClipReport) -> OverlayScene {
    OverlayScene(
      frame: frame, box: target.box, sector: target.sector.mask.bits, outlines: outlines,
      hingePoints: measurement.hingePoints.map { OverlayScene.Mark($0) }, contactLine: contactLine,
      diameter: diameter, phase: measurement.phase, view: clip.view.code, frameIndex: measurement.frame,
      frameCount: clip.frames, spacing: target.region.spacing)
  }

  private var diameter: OverlayScene.Diameter? {
    if measurement.withheld != nil { return .withheld }
    if let millimetres = measurement.annulusDiameterMillimetres { return .millimetres(millimetres) }
    return measurement.annulusDiameterPixels.map { .pixels($0) }
  }
}

extension OverlayScene.Mark {
  /// Named by its site, or by its side where no site is established.
  init(_ point: PhaseMeasurement.HingePoint) {
    let side = point.side == .left ? "L" : "R"
    self.init(point: Point(x: point.x, y: point.y), label: point.site?.rawValue ?? side)
  }
}
