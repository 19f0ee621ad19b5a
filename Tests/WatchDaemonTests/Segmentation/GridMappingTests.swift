import Hinge
import Testing

@testable import Clips
@testable import Reports
@testable import Study
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

  /// Found by mutation: a region one pixel wide ended the daemon.
  @Test(arguments: [(1, 64), (64, 1), (1, 1), (1, 65_535), (65_535, 1), (3, 200)])
  func holdsABoxThatIsThinnerThanAPixelOfTheInput(_ width: Int, _ height: Int) {
    for spacing in [PixelSpacing(x: 1, y: 1), PixelSpacing(x: 10, y: 1), PixelSpacing(x: 1, y: 10)] {
      let geometry = InputGeometry(
        box: PixelBox(x: 0, y: 0, width: width, height: height), spacing: spacing, inputSide: 32)
      let box = geometry.boxInInput
      #expect(box.minX >= 0 && box.minX <= box.maxX && box.maxX < 32)
      #expect(box.minY >= 0 && box.minY <= box.maxY && box.maxY < 32)
      let frame = GrayFrame(
        columns: width, rows: height, pixels: [UInt8](repeating: 255, count: width * height))
      var input = [Float](repeating: -1, count: 32 * 32)
      var scratch: [Float] = []
      input.withUnsafeMutableBufferPointer {
        Preprocessing(geometry: geometry).fill($0, from: frame, scratch: &scratch)
      }
      #expect(input.allSatisfy { $0 >= 0 && $0 <= 1.0001 })
    }
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
    let segmentation = Segmentation(logits: logits, geometry: Self.geometry)
    let decoding = MaskDecoding(geometry: Self.geometry)
    let mask = decoding.labels(segmentation)
    #expect(mask.width == 60 && mask.height == 30)
    for row in 0..<30 {
      #expect(mask.labels[row * 60 + 29] == ChamberLabel.leftVentricle.rawValue)
      #expect(mask.labels[row * 60 + 30] == ChamberLabel.leftAtrium.rawValue)
    }
    let values = decoding.probabilities(segmentation.probabilities).values
    let sums = (0..<1800).map { pixel -> Float in
      values[pixel] + values[1800 + pixel] + values[3600 + pixel] + values[5400 + pixel]
    }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func mapsPointsOfTheInputToTheSamePlacesOfTheBox() {
    let mapping = Self.geometry.inputToBox
    for (x, y) in [(0, 0), (29, 14), (59, 29)] {
      let input = Point(x: Self.geometry.outputColumn(x), y: Self.geometry.outputRow(y))
      let back = mapping(input)
      #expect(abs(back.x - Double(x)) < 1e-9 && abs(back.y - Double(y)) < 1e-9)
    }
    #expect(Self.geometry.boxInInput == GridBox(minX: 0, minY: 3, maxX: 31, maxY: 28))
  }

  @Test func runLengthMasksComeBackUnchanged() {
    let labels = (0..<300).map { UInt8(($0 / 7) % 4) }
    let mask = LabelMask(width: 20, height: 15, spacing: PixelSpacing(x: 1, y: 2), labels: labels)
    #expect(RunLengthMask(mask).labelMask == mask)
  }
}
