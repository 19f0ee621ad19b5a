import Hinge

/// `<clip>.ED.png` and `<clip>.ES.png`: a frame with its outlines, hinge points and diameter, for a person.
package enum OverlayPNG {
  package enum Failure: Error, Equatable {
    /// The region does not lie inside the frame, or the sector is not on its grid.
    case mismatchedGrids
  }

  package static func render(_ scene: OverlayScene) throws(Failure) -> [UInt8] {
    PNGEncoder.encode(try draw(scene))
  }

  /// The picture as pixels.
  package static func draw(_ scene: OverlayScene) throws(Failure) -> Canvas {
    let box = scene.box
    guard box.width > 0, box.height > 0, box.x >= 0, box.y >= 0, box.x + box.width <= scene.frame.columns,
      box.y + box.height <= scene.frame.rows,
      scene.sector.map({ $0.count == box.width * box.height }) ?? true,
      scene.frame.pixels.count == scene.frame.columns * scene.frame.rows
    else { throw .mismatchedGrids }
    let layout = OverlayLayout(scene)
    var canvas = Canvas(width: layout.width, height: layout.height, colour: Palette.paper)
    canvas.drawPicture(scene, layout)
    canvas.tintChambers(scene.outlines, layout.placement)
    canvas.drawOutlines(scene.outlines, layout.placement)
    canvas.drawMeasurement(scene, layout.placement)
    canvas.drawHeader(scene, layout)
    canvas.drawFooter(scene, layout)
    return canvas
  }
}

extension Canvas {
  fileprivate mutating func drawPicture(_ scene: OverlayScene, _ layout: OverlayLayout) {
    let part = GrayPicture(scene.frame, box: scene.box, sector: scene.sector)
    paint(
      part.resized(to: (layout.pictureWidth, layout.pictureHeight), scale: layout.scale), left: layout.left,
      top: layout.header)
  }

  fileprivate mutating func drawMeasurement(_ scene: OverlayScene, _ placement: Placement) {
    let unit = placement.unit
    stroke(
      [scene.contactLine.map(placement.place)], width: 2.2 * unit, colour: Palette.contact, opacity: 0.9)
    for point in scene.machinePoints { drawMachineMark(at: placement.place(point), unit) }
    let ends = scene.hingePoints.map { placement.place($0.point) }
    if ends.count == 2, let diameter = scene.diameter {
      drawDiameter(diameter, from: ends[0], to: ends[1], placement)
    }
    for (index, end) in ends.enumerated() {
      drawMark(at: end, unit)
      drawLabel(scene.hingePoints[index].label, at: end, isLeft: index == 0, placement)
    }
  }
}
