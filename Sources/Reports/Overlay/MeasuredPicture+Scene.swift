import Clips
import Hinge
import Study

extension MeasuredPicture {
  /// - Parameter clip: as the record has it: its numbers are written on the picture.
  package func scene(on frame: GrayFrame, outlines: FrameOutlines, of clip: ClipReport) -> OverlayScene {
    let recorded = clip.measurements.first {
      $0.phase == measurement.phase && $0.frame == measurement.frame
    }
    return OverlayScene(
      frame: frame, box: target.box, sector: target.sector.mask.bits, outlines: outlines,
      hingePoints: measurement.hingePoints.map { OverlayScene.Mark($0) }, contactLine: contactLine,
      diameter: OverlayScene.Diameter(recorded ?? measurement), phase: measurement.phase,
      view: clip.view.code, isViewFromPicture: clip.view.source == .picture,
      frameIndex: measurement.frame,
      frameCount: clip.frames, spacing: target.region.spacing)
  }
}

extension OverlayScene.Diameter {
  package init?(_ measurement: PhaseMeasurement) {
    if measurement.withheld != nil {
      self = .withheld
    } else if let millimetres = measurement.annulusDiameterMillimetres {
      self = .millimetres(millimetres)
    } else if let pixels = measurement.annulusDiameterPixels {
      self = .pixels(pixels)
    } else {
      return nil
    }
  }
}

extension OverlayScene.Mark {
  /// Named by its site, or by its side where no site is established.
  package init(_ point: PhaseMeasurement.HingePoint) {
    let side = point.side == .left ? "L" : "R"
    self.init(point: Point(x: point.x, y: point.y), label: point.site?.rawValue ?? side)
  }
}
