/// Volumes from one or two sections of a chamber by the summation of discs (modified Simpson's rule): Lang et al.,
/// J Am Soc Echocardiogr 28, 2015, 1-39, section 2.1; Schiller et al., J Am Soc Echocardiogr 2, 1989, 358-367.
public enum MethodOfDiscs {
  /// The two lengths of a chamber differ by more in sections that were not cut through the same apex: 10 % is what
  /// Schiller et al. allow. A share of the longer one.
  public static let largestLengthDifference = 0.1

  /// Millilitres: pi/4 · L/20 · sum(a²).
  public static func volume(_ section: ChamberSection) -> Double {
    volume(section.diameters, section.diameters, length: section.length)
  }

  /// Millilitres: pi/4 · L/20 · sum(a·b), L the longer length; `nil` where the lengths do not go together.
  /// - Parameter largestLengthDifference: a share of the longer one.
  public static func biplaneVolume(
    _ a: ChamberSection, _ b: ChamberSection, largestLengthDifference: Double = Self.largestLengthDifference
  ) -> Double? {
    guard lengthDifference(a, b) <= largestLengthDifference else { return nil }
    return volume(a.diameters, b.diameters, length: max(a.length, b.length))
  }

  /// The difference of two lengths as a share of the longer one.
  public static func lengthDifference(_ a: ChamberSection, _ b: ChamberSection) -> Double {
    abs(a.length - b.length) / max(a.length, b.length)
  }

  /// Per cent of the end-diastolic volume.
  public static func ejectionFraction(endDiastole: Double, endSystole: Double) -> Double {
    (endDiastole - endSystole) / endDiastole * 100
  }

  private static func volume(_ a: [Double], _ b: [Double], length: Double) -> Double {
    let squares = zip(a, b).map { $0 * $1 }.reduce(0, +)
    return Double.pi / 4 * length / Double(a.count) * squares / 1000
  }
}

/// The mitral annulus as an ellipse whose axes are its diameters in two views at right angles.
public enum AnnulusEllipse {
  /// Square centimetres: pi/4 · a · b, of diameters in millimetres.
  public static func area(_ a: Double, _ b: Double) -> Double { Double.pi / 4 * a * b / 100 }
}
