import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports
@testable import Study

/// The synthetic loop: that it is repeatable, and that its truth is true.
@Suite struct PhantomTests {
  /// The small loop with nothing changed, drawn by many tests.
  static let usual = small()

  /// Small enough to be drawn in an instant without optimization.
  static func small(_ change: (inout PhantomCine.Parameters) -> Void = { _ in }) -> PhantomCine {
    var parameters = PhantomCine.Parameters()
    parameters.rows = 150
    parameters.columns = 200
    parameters.frames = 40
    change(&parameters)
    return PhantomCine(parameters)
  }

  @Test func sameSeedGivesSameBytes() {
    #expect(Self.small().frame(3) == Self.usual.frame(3))
    #expect(Self.usual.frame(3) != Self.small { $0.seed = 2 }.frame(3))
    #expect(Self.usual.frame(3) != Self.usual.frame(4))
  }

  @Test func framesAreTheSameInAnyOrder() {
    let cine = Self.usual
    let last = cine.frame(7)
    _ = cine.frame(0)
    #expect(cine.frame(7) == last)
  }

  @Test func annulusDescendsTowardsTheApexInSystole() throws {
    let cine = Self.usual
    let beat = try #require(cine.beats.first)
    let (diastole, systole) = (cine.hingePoints(beat.endDiastole), cine.hingePoints(beat.endSystole))
    for (before, after) in [(diastole.left, systole.left), (diastole.right, systole.right)] {
      let rise = (before.y - after.y) * cine.spacing.y
      #expect((10...16).contains(rise))
    }
  }

  @Test func annulusIs33MillimetresWideAndNarrows() throws {
    let cine = Self.usual
    let beat = try #require(cine.beats.first)
    #expect(abs(cine.annulusDiameter(beat.endDiastole) - 33.3) < 0.3)
    #expect(abs(cine.annulusDiameter(beat.endSystole) - 30.1) < 0.3)
  }

  @Test func heartScaleScalesTheDiameter() {
    let ratio = Self.small { $0.heartScale = 1.1 }.annulusDiameter(2) / Self.small().annulusDiameter(2)
    #expect(abs(ratio - 1.1) < 1e-9)
  }

  @Test func volumesAreThoseOfAHealthyAdult() throws {
    let cine = Self.usual
    let beat = try #require(cine.beats.first)
    let endDiastolic = cine.leftVentricularVolume(beat.endDiastole)
    let ejected = 1 - cine.leftVentricularVolume(beat.endSystole) / endDiastolic
    #expect((70...140).contains(endDiastolic))
    #expect((0.48...0.70).contains(ejected))
  }

  @Test(arguments: [50.0, 66, 84, 120])
  func beatsAreExtremesOfTheArea(heartRate: Double) {
    let cine = Self.small {
      $0.heartRate = heartRate
      $0.frames = 80
    }
    #expect(cine.beats.count >= 2)
    let areas = (0..<cine.frames).map(cine.leftVentricularArea)
    let largest = areas.max() ?? 0
    let smallest = areas.min() ?? 0
    for beat in cine.beats {
      #expect(areas[beat.endDiastole] > largest - 0.03 * (largest - smallest))
      #expect(areas[beat.endSystole] < smallest + 0.03 * (largest - smallest))
    }
  }

  @Test func hingePointsMoveSmoothly() {
    let cine = Self.small { $0.frames = 60 }
    for index in 1..<cine.frames {
      let step = cine.spacing.distance(cine.hingePoints(index - 1).left, cine.hingePoints(index).left)
      #expect(step < 3.5, "frame \(index)")
    }
  }

  @Test func labelsMeetBetweenTheHingePoints() throws {
    let cine = Self.small {
      $0.rows = 300
      $0.columns = 400
    }
    let beat = try #require(cine.beats.first)
    for index in [beat.endDiastole, beat.endSystole, beat.endSystole + 4] {
      let truth = cine.hingePoints(index)
      let contact = contactPixels(cine.labels(index))
      let left = try #require(contact.min { $0.x < $1.x })
      let right = try #require(contact.max { $0.x < $1.x })
      #expect(cine.spacing.distance(left, truth.left) < 1.6)
      #expect(cine.spacing.distance(right, truth.right) < 1.6)
      for pixel in contact {
        let share = (pixel.x - truth.left.x) / (truth.right.x - truth.left.x)
        let line = truth.left.y + share * (truth.right.y - truth.left.y)
        #expect(abs(pixel.y - line) * cine.spacing.y < 1.2)
      }
    }
  }

  @Test func labelledAreaIsTheStatedArea() {
    let cine = Self.usual
    for index in [2, 12] {
      let pixels = cine.labels(index).labels.filter { $0 == ChamberLabel.leftVentricle.rawValue }.count
      let area = Double(pixels) * cine.spacing.x * cine.spacing.y
      #expect(abs(area / cine.leftVentricularArea(index) - 1) < 0.02)
    }
  }

  /// Pixels of the ventricle with one of the atrium right below.
  private func contactPixels(_ mask: LabelMask) -> [Point] {
    (0..<(mask.labels.count - mask.width)).compactMap { index in
      guard mask.labels[index] == ChamberLabel.leftVentricle.rawValue,
        mask.labels[index + mask.width] == ChamberLabel.leftAtrium.rawValue
      else { return nil }
      return Point(x: Double(index % mask.width), y: Double(index / mask.width) + 0.5)
    }
  }
}
