import Foundation

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
