/// What changes in one view from end diastole to end systole, held against what a heart can do.
public struct SystolicChange: Equatable, Sendable {
  /// What was measured and cannot be.
  public enum Contradiction: String, CaseIterable, Sendable {
    /// The ventricle is as large at end systole as at end diastole, or larger: an ejection fraction of 0 or less.
    case ventricleGrows = "ventricle-grows"
    /// The annulus moves away from the apex, where systole draws it towards it.
    case annulusRecedes = "annulus-recedes"
    /// The annulus's diameter changes by more than an annulus does.
    case diameterJumps = "diameter-jumps"
  }

  /// The ventricle's volume at end systole over that at end diastole; `nil` where one is not known.
  public var ventricleRatio: Double?
  /// The annulus's diameter at end systole over that at end diastole.
  public var diameterRatio: Double?
  /// Millimetres towards the apex, the mean of both hinge points.
  public var displacement: Double?

  /// Of the 897 true pairs of CAMUS's two views, one (0.43) lies below and one (1.36) above.
  public static let diameterRatios = 0.55...1.35
  /// Millimetres. Of the same pairs one (-2.4) lies below; the measured displacement is off by some 0.9 mm.
  public static let leastDisplacement = -1.0

  public init(ventricleRatio: Double?, diameterRatio: Double?, displacement: Double?) {
    self.ventricleRatio = ventricleRatio
    self.diameterRatio = diameterRatio
    self.displacement = displacement
  }

  /// In the order of `Contradiction.allCases`; what is not known contradicts nothing.
  public var contradictions: [Contradiction] {
    Contradiction.allCases.filter { contradiction in
      switch contradiction {
      case .ventricleGrows: ventricleRatio.map { $0 >= 1 } ?? false
      case .annulusRecedes: displacement.map { $0 < Self.leastDisplacement } ?? false
      case .diameterJumps: diameterRatio.map { !Self.diameterRatios.contains($0) } ?? false
      }
    }
  }
}
