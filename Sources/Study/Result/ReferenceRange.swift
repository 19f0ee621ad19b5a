/// What is usual, with who says so. A bound that a source does not give is `nil`.
package struct ReferenceRange: Codable, Sendable, Equatable {
  package enum Population: String, Codable, Sendable { case women, men, adults }

  package var population: Population
  package var low: Double?
  package var high: Double?
  package var source: String

  /// Normal ranges, mean ± 1.96 standard deviations (table 2 of the recommendations); of biplane volumes only.
  package static let endDiastolicVolume = pair(women: (46, 106), men: (62, 150), chamberQuantification)
  package static let endSystolicVolume = pair(women: (14, 42), men: (21, 61), chamberQuantification)
  package static let ejectionFraction = pair(women: (54, 74), men: (52, 72), chamberQuantification)
  /// Above it an atrium counts as enlarged.
  static let atrialArea = [
    ReferenceRange(population: .adults, low: nil, high: 20, source: earlierQuantification)
  ]
  /// Usual means, not limits; under 10 mm counts as reduced, under 8 mm went with an ejection fraction under 50 %.
  package static let excursion = [
    ReferenceRange(population: .adults, low: 12, high: 15, source: planeExcursion)
  ]
  package static let annulusDiameter = pair(women: (22, 38), men: (25, 41), annulus)

  static let chamberQuantification =
    "Lang et al., ASE/EACVI chamber quantification, J Am Soc Echocardiogr 28, 2015, 1-39"
  static let earlierQuantification =
    "Lang et al., ASE/EAE chamber quantification, J Am Soc Echocardiogr 18, 2005, 1440-1463"
  static let planeExcursion = "Hu et al., Eur Heart J Cardiovasc Imaging 14, 2013, 205-212"
  package static let annulus = "as cited by Schmidt and Overhoff, arXiv 2301.08782, 2023"

  private static func pair(
    women: (Double, Double), men: (Double, Double), _ source: String
  ) -> [ReferenceRange] {
    [
      ReferenceRange(population: .women, low: women.0, high: women.1, source: source),
      ReferenceRange(population: .men, low: men.0, high: men.1, source: source),
    ]
  }
}
