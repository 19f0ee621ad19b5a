import Hinge
import Testing

@testable import WatchDaemon

@Suite struct GridMappingTests {
  /// A wide, anisotropic box that is not at the frame's corner.
  private static let geometry = InputGeometry(
    box: PixelBox(x: 3, y: 2, width: 60, height: 30), spacing: PixelSpacing(x: 0.5, y: 0.8), inputSide: 32)

  @Test func fitsTheLongerSideInMillimetres() {
    #expect(Self.geometry.pixelSize == 30.0 / 32)
    #expect(Self.geometry.marginX == 0)
    #expect(abs(Self.geometry.marginY - 3) < 1e-12)
  }

  @Test func mapsTheBoxesCentreToTheInputsCentre() {
    let column = (Self.geometry.outputColumn(29) + Self.geometry.outputColumn(30)) / 2
    let row = (Self.geometry.outputRow(14) + Self.geometry.outputRow(15)) / 2
    #expect(abs(column - 15.5) < 1e-12)
    #expect(abs(row - 15.5) < 1e-12)
  }

  @Test func fillsTheBoxAndLeavesTheMarginBlack() {
    var pixels = [UInt8](repeating: 255, count: 70 * 40)
    for index in pixels.indices where index % 70 < 3 || index / 70 < 2 { pixels[index] = 0 }
    let frame = GrayFrame(columns: 70, rows: 40, pixels: pixels)
    var input = [Float](repeating: -1, count: 32 * 32)
    var scratch: [Float] = []
    input.withUnsafeMutableBufferPointer {
      Preprocessing(geometry: Self.geometry).fill($0, from: frame, scratch: &scratch)
    }
    #expect(input[16 * 32 + 16] == 1)
    #expect(input[0 * 32 + 16] == 0 && input[31 * 32 + 16] == 0)
    #expect(input.allSatisfy { $0 >= 0 && $0 <= 1.0001 })
  }

  /// A half-plane in the network's grid comes back as a half-plane at the same place of the box.
  @Test func decodesAnEdgeToWhereItLies() {
    let side = Self.geometry.inputSide
    var logits = [Float](repeating: 0, count: 4 * side * side)
    for row in 0..<side {
      for column in 0..<side { logits[(column < 16 ? 1 : 3) * side * side + row * side + column] = 20 }
    }
    let result = MaskDecoding(geometry: Self.geometry).decode(logits, classes: 4)
    #expect(result.mask.width == 60 && result.mask.height == 30)
    for row in 0..<30 {
      #expect(result.mask.labels[row * 60 + 29] == ChamberLabel.leftVentricle.rawValue)
      #expect(result.mask.labels[row * 60 + 30] == ChamberLabel.leftAtrium.rawValue)
    }
    let values = result.probabilities.values
    let sums = (0..<1800).map { pixel -> Float in
      values[pixel] + values[1800 + pixel] + values[3600 + pixel] + values[5400 + pixel]
    }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func runLengthMasksComeBackUnchanged() {
    let labels = (0..<300).map { UInt8(($0 / 7) % 4) }
    let mask = LabelMask(width: 20, height: 15, spacing: PixelSpacing(x: 1, y: 2), labels: labels)
    #expect(RunLengthMask(mask).labelMask == mask)
  }
}
