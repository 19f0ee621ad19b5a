import Clips
import Hinge
import Study

/// What one overlay picture shows: a frame, its segmentation and what was measured on it.
package struct OverlayScene: Sendable {
  /// A hinge point with what it is called: a site, or `L` and `R` where none is established.
  package struct Mark: Sendable, Equatable {
    package var point: Point
    package var label: String

    package init(point: Point, label: String) {
      self.point = point
      self.label = label
    }
  }

  package enum Diameter: Sendable, Equatable {
    case millimetres(Double)
    case pixels(Double)
    /// Measured, but not trusted: no number is shown.
    case withheld
  }

  package var frame: GrayFrame
  /// The 2D region: nothing outside of it is drawn, since names are burnt in there.
  package var box: PixelBox
  /// Where the ultrasound sector is, a flag a pixel of `box`; what lies outside is drawn black, since scanners
  /// write within the region as well. `nil` shows the whole region.
  package var sector: [Bool]?
  /// Coordinates of the stored frame.
  package var outlines: FrameOutlines
  /// Left then right, coordinates of the stored frame; empty where none were found.
  package var hingePoints: [Mark]
  /// What the program found where the points are a reader's; coordinates of the stored frame.
  package var machinePoints: [Point] = []
  /// Points or frame are a reader's.
  package var isRead = false
  /// Coordinates of the stored frame.
  package var contactLine: [Point]
  package var diameter: Diameter?
  package var phase: CyclePhase
  package var view: EchoView
  var isViewFromPicture = false
  /// 0-based.
  var frameIndex: Int
  var frameCount: Int
  /// Of the stored frame; `nil` where it is not calibrated.
  package var spacing: PixelSpacing?

  package init(
    frame: GrayFrame, box: PixelBox, sector: [Bool]? = nil, outlines: FrameOutlines, hingePoints: [Mark],
    contactLine: [Point], diameter: Diameter? = nil, phase: CyclePhase, view: EchoView,
    isViewFromPicture: Bool = false, frameIndex: Int, frameCount: Int, spacing: PixelSpacing? = nil
  ) {
    self.frame = frame
    self.box = box
    self.sector = sector
    self.outlines = outlines
    self.hingePoints = hingePoints
    self.contactLine = contactLine
    self.diameter = diameter
    self.phase = phase
    self.view = view
    self.isViewFromPicture = isViewFromPicture
    self.frameIndex = frameIndex
    self.frameCount = frameCount
    self.spacing = spacing
  }
}

extension MeasuredPicture {
  /// - Parameter clip: as the record has it: its numbers are written on the picture.
  package func scene(on frame: GrayFrame, outlines: FrameOutlines, of clip: ClipReport) -> OverlayScene {
    let recorded = clip.measurements.first {
      $0.phase == measurement.phase && $0.frame == measurement.frame
    }
    var scene = OverlayScene(
      frame: frame, box: target.box, sector: target.sector.mask.bits, outlines: outlines,
      hingePoints: measurement.hingePoints.map { OverlayScene.Mark($0) }, contactLine: contactLine,
      diameter: OverlayScene.Diameter(recorded ?? measurement), phase: measurement.phase,
      view: clip.view.code, isViewFromPicture: clip.view.source == .picture,
      frameIndex: measurement.frame,
      frameCount: clip.frames, spacing: target.region.spacing)
    scene.isRead = measurement.source == .reader
    if scene.isRead { scene.machinePoints = measurement.machinePoints(inFrame: measurement.frame) }
    return scene
  }
}

extension PhaseMeasurement {
  /// What the program found where a reader's points stand; none where that was in another frame.
  func machinePoints(inFrame frame: Int) -> [Point] {
    guard let machine, machine.frame == frame else { return [] }
    return machine.hingePoints.map(\.point)
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
