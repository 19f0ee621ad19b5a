import Foundation
import Testing

@testable import Phantom
@testable import Reports

/// The map from the heart of a moment to the heart at end diastole.
@Suite struct HeartMotionTests {
  @Test func nothingMovesAtEndDiastole() {
    let motion = HeartMotion(contraction: 0)
    for q in stride(from: -60.0, through: 60, by: 7) {
      for z in stride(from: 5.0, through: 140, by: 9) {
        let point = motion.referencePoint(q: q, z: z)
        #expect(abs(point.q - q) < 1e-6 && abs(point.z - z) < 1e-6)
      }
    }
  }

  @Test(arguments: [0.2, 0.5, 0.8, 1.0])
  func hingePointsKeepTheirTissue(contraction: Double) {
    let motion = HeartMotion(contraction: contraction)
    for (now, then) in [
      (motion.now.leftHinge, motion.reference.leftHinge),
      (motion.now.rightHinge, motion.reference.rightHinge),
    ] {
      let point = motion.referencePoint(q: now.q, z: now.z)
      #expect(abs(point.q - then.q) < 0.05 && abs(point.z - then.z) < 0.05)
    }
  }

  @Test func mapIsContinuousAcrossTheAnnulus() {
    let motion = HeartMotion(contraction: 0.7)
    for q in stride(from: -80.0, through: 60, by: 3) {
      let plane = motion.now.annulus(q)
      let above = motion.referencePoint(q: q, z: plane - 1e-6)
      let below = motion.referencePoint(q: q, z: plane + 1e-6)
      #expect(abs(above.q - below.q) < 1e-3 && abs(above.z - below.z) < 1e-3, "q \(q)")
    }
  }

  @Test func wallThickensInSystole() {
    let diastole = HeartShape(contraction: 0)
    let systole = HeartShape(contraction: 1)
    for zeta in [0.3, 0.5, 0.7] {
      let before = diastole.epicardiumLeft(zeta) - diastole.endocardiumLeft(zeta)
      let after = systole.epicardiumLeft(zeta) - systole.endocardiumLeft(zeta)
      #expect(after > before * 1.1)
    }
  }
}
