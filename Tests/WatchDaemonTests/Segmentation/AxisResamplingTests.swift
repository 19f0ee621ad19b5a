import Testing

@testable import Clips

@Suite struct AxisResamplingTests {
  private func weights(_ axis: AxisResampling, _ output: Int) -> [Float] {
    let start = output * axis.stride
    return Array(axis.weights[start..<start + Int(axis.count[output])])
  }

  @Test func keepsSamplesWhereNothingChanges() {
    let axis = AxisResampling(outputCount: 5, inputCount: 5, scale: 1, offset: 0)
    for index in 0..<5 {
      let taps = weights(axis, index)
      let own = index - Int(axis.first[index])
      #expect(taps[own] == 1)
      #expect(taps.reduce(0, +) == 1)
    }
  }

  @Test(arguments: [0.3, 1, 1.7, 2.5, 9.9])
  func weightsSumToOneInsideAndNothingIsTakenOutside(scale: Double) {
    let axis = AxisResampling(outputCount: 40, inputCount: 50, scale: scale, offset: -5)
    for index in 0..<40 {
      let centre = (Double(index) + 0.5) * scale - 5
      let sum = weights(axis, index).reduce(0, +)
      if centre >= 0, centre <= 50 {
        #expect(abs(sum - 1) < 1e-5)
        #expect(axis.first[index] >= 0 && axis.first[index] + axis.count[index] <= 50)
      } else {
        #expect(axis.count[index] == 0)
      }
    }
  }

  /// Values by Pillow 13: `Image.fromarray(row).resize((3, 1), BILINEAR)` of the row 0, 10, ..., 60 in floats.
  @Test func agreesWithPillow() {
    let row: [Float] = [0, 10, 20, 30, 40, 50, 60]
    let axis = AxisResampling(outputCount: 3, inputCount: 7, scale: 7.0 / 3, offset: 0)
    let expected: [Float] = [8.571428, 30, 51.42857]
    for index in 0..<3 {
      let first = Int(axis.first[index])
      let value = zip(weights(axis, index), row[first...]).map(*).reduce(0, +)
      #expect(abs(value - expected[index]) < 1e-4)
    }
  }
}
