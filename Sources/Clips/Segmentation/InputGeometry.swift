import Hinge

/// Where a box of the stored frame lies in the network's square input.
///
/// The box is resampled to square pixels of `pixelSize` millimetres, so that its longer side just fits, and centred;
/// what lies outside of it is black. A picture without calibration counts as having square pixels.
package struct InputGeometry: Sendable, Equatable {
  /// The part of the stored frame that the network sees.
  package let box: PixelBox
  /// Millimetres a stored pixel; only their ratio matters where nothing is calibrated.
  package let spacing: PixelSpacing
  /// Height and width of the network's input, in its pixels.
  package let inputSide: Int
  /// Millimetres a pixel of the network's input.
  let pixelSize: Double

  package init(box: PixelBox, spacing: PixelSpacing, inputSide: Int) {
    self.box = box
    self.spacing = spacing
    self.inputSide = inputSide
    pixelSize = max(Double(box.width) * spacing.x, Double(box.height) * spacing.y) / Double(inputSide)
  }

  /// Millimetres a pixel of the network's grid.
  var inputSpacing: PixelSpacing { PixelSpacing(x: pixelSize, y: pixelSize) }

  /// From points of the network's grid to points of the box's.
  package var inputToBox: PixelMapping {
    PixelMapping(
      centredFrom: (inputSide, inputSide), inputSpacing, to: (box.width, box.height), spacing)
  }

  /// The pixels of the network's grid whose centres lie in the box; of a box that is too thin to hold one, those that
  /// are nearest.
  var boxInInput: GridBox {
    let most = (inputSide - 1) / 2
    let columns = min(Int((marginX / pixelSize).rounded()), most)
    let rows = min(Int((marginY / pixelSize).rounded()), most)
    return GridBox(
      minX: columns, minY: rows, maxX: inputSide - 1 - columns, maxY: inputSide - 1 - rows)
  }

  /// Millimetres of black to the left of the box.
  var marginX: Double { (Double(inputSide) * pixelSize - Double(box.width) * spacing.x) / 2 }
  /// Millimetres of black above the box.
  var marginY: Double { (Double(inputSide) * pixelSize - Double(box.height) * spacing.y) / 2 }

  package var horizontal: AxisResampling {
    AxisResampling(
      outputCount: inputSide, inputCount: box.width, scale: pixelSize / spacing.x,
      offset: -marginX / spacing.x)
  }

  package var vertical: AxisResampling {
    AxisResampling(
      outputCount: inputSide, inputCount: box.height, scale: pixelSize / spacing.y,
      offset: -marginY / spacing.y)
  }

  /// The column of the network's output, in pixel-index coordinates, at the centre of column `x` of the box.
  func outputColumn(_ x: Int) -> Double { ((Double(x) + 0.5) * spacing.x + marginX) / pixelSize - 0.5 }

  /// The row of the network's output at the centre of row `y` of the box.
  func outputRow(_ y: Int) -> Double { ((Double(y) + 0.5) * spacing.y + marginY) / pixelSize - 0.5 }
}
