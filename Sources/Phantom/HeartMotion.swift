import Foundation

/// Where the tissue that is at a place now was at end diastole: speckle and outlines move by this map alone, so
/// that they agree with each other and with the true points.
struct HeartMotion: Sendable {
  let now: HeartShape
  let reference: HeartShape
  /// Length of the left atrium at end diastole, millimetres; its roof does not move.
  static let atrialLength = 44.0

  init(contraction: Double) {
    now = HeartShape(contraction: contraction)
    reference = HeartShape(contraction: 0)
  }

  /// The place at end diastole of what is at (`q`, `z`) now.
  @inline(__always)
  func referencePoint(q: Double, z: Double) -> HeartPoint {
    let plane = now.annulus(q)
    return z <= plane ? ventricular(q, z / plane) : atrial(q, z - plane)
  }

  @inline(__always)
  private func ventricular(_ q: Double, _ zeta: Double) -> HeartPoint {
    let moved = across(q, zeta)
    return HeartPoint(q: moved, z: zeta * reference.annulus(moved))
  }

  /// Below the annulus the map goes over from that of the annulus to a slight widening of the atria, and to
  /// stillness behind them.
  @inline(__always)
  private func atrial(_ q: Double, _ depth: Double) -> HeartPoint {
    let atAnnulus = across(q, 1)
    let length = Self.atrialLength + reference.annulus(atAnnulus) - now.annulus(q)
    let still = smoothStep((depth - length) / 20)
    let widened = q / (1 + 0.06 * now.contraction * (1 - still))
    let share = smoothStep(depth / 22)
    let moved = atAnnulus + (widened - atAnnulus) * share
    let stretched = min(depth, length) * Self.atrialLength / length + max(0, depth - length)
    return HeartPoint(q: moved, z: reference.annulus(atAnnulus) + stretched)
  }

  /// Piecewise linear between the outlines at one level.
  @inline(__always)
  private func across(_ q: Double, _ zeta: Double) -> Double {
    if q >= 0 {
      return stretch(
        q, now.endocardiumRight(zeta), now.epicardiumRight(zeta), reference.endocardiumRight(zeta),
        reference.epicardiumRight(zeta))
    }
    let epicardium = now.epicardiumLeft(zeta)
    let free = now.rightVentricle(zeta)
    let inReference = reference.epicardiumLeft(zeta)
    if free > 0.1 && -q > epicardium {
      let freeReference = reference.rightVentricle(zeta)
      return -stretch(
        -q, epicardium, epicardium + free, inReference, inReference + freeReference)
    }
    return -stretch(-q, now.endocardiumLeft(zeta), epicardium, reference.endocardiumLeft(zeta), inReference)
  }

  /// 0 stays, `inner` goes to `innerReference`, `outer` to `outerReference`; outside, the shift fades over 40 mm.
  @inline(__always)
  private func stretch(
    _ distance: Double, _ inner: Double, _ outer: Double, _ innerReference: Double, _ outerReference: Double
  ) -> Double {
    if distance < inner { return distance * innerReference / inner }
    if distance < outer {
      return innerReference + (distance - inner) * (outerReference - innerReference) / (outer - inner)
    }
    let shift = outerReference - outer
    return distance + shift * (1 - smoothStep((distance - outer) / 40))
  }
}

/// The timing of one heart beat. A phase is a fraction of the cycle from the R wave, 0 ..< 1.
///
/// The intervals are those of a resting adult (Feigenbaum's Echocardiography, chapter on diastolic function): a
/// third of the cycle is systole, then a short isovolumic relaxation, rapid filling, diastasis, atrial kick.
struct CardiacCycle: Sendable, Equatable {
  /// Milliseconds.
  var period: Double
  /// Phase of the end of systole.
  var systole = 0.35

  /// How far the ventricle is contracted: 0 at end diastole, 1 at end systole.
  func contraction(_ phase: Double) -> Double {
    let knots: [(phase: Double, value: Double)] = [
      (0, 0), (0.04, 0.01), (systole, 1), (systole + 0.05, 0.97), (systole + 0.22, 0.30),
      (0.84, 0.22), (0.97, 0.01), (1, 0),
    ]
    return Self.blend(knots, at: phase)
  }

  /// How far the mitral and tricuspid valves are open: 0 closed, 1 wide open.
  func opening(_ phase: Double) -> Double {
    let knots: [(phase: Double, value: Double)] = [
      (0, 0), (systole + 0.03, 0), (systole + 0.12, 1), (systole + 0.26, 0.35), (0.84, 0.3), (0.91, 0.75),
      (0.99, 0), (1, 0),
    ]
    return Self.blend(knots, at: phase)
  }

  /// An electrocardiogram, in millivolts or so, with the R wave at phase 0.
  func electrocardiogram(_ phase: Double) -> Double {
    let waves: [(centre: Double, width: Double, height: Double)] = [
      (-0.16, 0.025, 0.12), (-0.025, 0.008, -0.12), (0, 0.010, 1.0), (0.026, 0.009, -0.25),
      (0.30, 0.045, 0.28),
    ]
    return waves.reduce(0) { sum, wave in
      var distance = phase - wave.centre
      distance -= distance.rounded()
      return sum + wave.height * exp(-0.5 * pow(distance / wave.width, 2))
    }
  }

  private static func blend(_ knots: [(phase: Double, value: Double)], at phase: Double) -> Double {
    guard let next = knots.firstIndex(where: { $0.phase > phase }), next > 0 else { return knots[0].value }
    let from = knots[next - 1]
    let to = knots[next]
    return from.value + (to.value - from.value) * smoothStep((phase - from.phase) / (to.phase - from.phase))
  }
}
