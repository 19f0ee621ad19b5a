import Foundation
import TestSupport
import Testing

@testable import Clips

/// Against the plain sum in double precision.
@Suite struct SoftmaxLabelsTests {
  @Test(arguments: [1, 8, 13, 4096]) func isTheSoftmaxAndItsLargest(_ count: Int) {
    var noise = Seeded()
    for width in [0.5, 8, 60] as [Float] {
      let logits = (0..<4 * count).map { _ in Float.random(in: -width...width, using: &noise) }
      let found = SoftmaxLabels(logits: logits, count: count)
      for pixel in 0..<count {
        let own = (0..<4).map { Double(logits[$0 * count + pixel]) }
        let weights = own.map { exp($0 - own.max()!) }
        let sum = weights.reduce(0, +)
        for (k, weight) in weights.enumerated() {
          #expect(abs(Double(found.probabilities[k * count + pixel]) - weight / sum) < 3e-7)
        }
        // Of two that differ by less than a float tells, either.
        #expect(own[Int(found.labels[pixel])] >= own.max()! - 1e-6)
      }
    }
  }

  @Test func takesTheFirstOfEquals() {
    let found = SoftmaxLabels(logits: [1, 3, 3, 3] + [1, 3, 0, 0] + [1, 0, 3, 0] + [1, 0, 0, 3], count: 4)
    #expect(found.labels == [0, 0, 0, 0])
    #expect(found.probabilities[0] == 0.25)
  }
}
