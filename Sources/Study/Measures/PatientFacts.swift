import Glibc
import Platform

/// What the files state of the patient that decides what is usual of them.
package struct PatientFacts: Sendable, Equatable {
  package var sex: ReferenceRange.Population?
  /// Square metres.
  package var bodySurfaceArea: Double?
  /// Ranges are those of adults, and go for nobody who is younger.
  package var isChild: Bool

  package init(sex: ReferenceRange.Population? = nil, bodySurfaceArea: Double? = nil, isChild: Bool = false) {
    self.sex = sex
    self.bodySurfaceArea = bodySurfaceArea
    self.isChild = isChild
  }

  /// By DICOM keyword: PatientSex, PatientSize, PatientWeight, PatientBirthDate and StudyDate, PatientAge
  /// (PS3.3 C.7.1.1 and C.7.2.2). What is not stated, or cannot be, is taken for unknown.
  package init(_ attributes: [String: String]) {
    func text(_ keyword: String) -> String { (attributes[keyword] ?? "").trimmingBlanks() }
    sex =
      switch text("PatientSex") {
      case "F": .women
      case "M": .men
      default: nil
      }
    bodySurfaceArea = Self.surface(
      metres: Double(text("PatientSize")), kilograms: Double(text("PatientWeight")))
    let years = Self.years(from: text("PatientBirthDate"), to: text("StudyDate"))
    isChild = (years ?? Self.years(text("PatientAge"))).map { $0 < Self.adultYears } ?? false
  }

  /// The keywords beside those that outputs repeat.
  package static let keywords = ["PatientSize", "PatientWeight", "PatientAge"]

  private static let adultYears = 18
  /// Sizes and weights outside of them are none of an adult's: centimetres for metres, pounds, a 0.
  private static let sizes = 1.0...2.5
  private static let weights = 25.0...350

  /// 0.007184 · weight^0.425 · height^0.725, kg and cm (Du Bois and Du Bois, Arch Intern Med 17, 1916, 863-871).
  package static func surface(metres: Double?, kilograms: Double?) -> Double? {
    guard let metres, let kilograms, sizes.contains(metres), weights.contains(kilograms) else { return nil }
    return 0.007184 * pow(kilograms, 0.425) * pow(metres * 100, 0.725)
  }

  /// Whole years between two dates, `YYYYMMDD`.
  private static func years(from birth: String, to date: String) -> Int? {
    func number(_ text: String) -> Int? {
      text.utf8.count == 8 && text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
    guard let birth = number(birth), let date = number(date), birth <= date else { return nil }
    return (date - birth) / 10_000
  }

  /// `008Y`, `006M`, `020D` (PS3.5 6.2, AS).
  private static func years(_ age: String) -> Int? {
    guard let number = Int(age.dropLast()), number >= 0 else { return nil }
    return switch age.last {
    case "Y": number
    case "M": number / 12
    case "W": number / 52
    case "D": number / 365
    default: nil
    }
  }
}

extension StudyReport.Measurement {
  /// The ranges that go for the patient: those of both sexes, where the files do not state it.
  package func ranges(for patient: PatientFacts) -> [ReferenceRange] {
    guard !patient.isChild else { return [] }
    return (range ?? []).filter {
      patient.sex == nil || $0.population == .adults || $0.population == patient.sex
    }
  }

  /// Where the value lies outside of a range that goes for the patient.
  package func deviation(for patient: PatientFacts) -> Deviation? {
    guard let value else { return nil }
    let ranges = ranges(for: patient)
    let below = ranges.filter { $0.low.map { value < $0 } ?? false }
    let above = ranges.filter { $0.high.map { value > $0 } ?? false }
    let (side, found) = below.isEmpty ? (Deviation.Side.above, above) : (.below, below)
    guard !found.isEmpty else { return nil }
    let isSaid = found.count < ranges.count || patient.sex != nil && found[0].population != .adults
    return Deviation(side: side, populations: isSaid ? found.map(\.population) : [])
  }
}

/// A value outside of what is usual.
package struct Deviation: Sendable, Equatable {
  package enum Side: String, Sendable { case below, above }

  package var side: Side
  /// Whose range it is, where that is to be said.
  package var populations: [ReferenceRange.Population]

  /// `above the usual range of women`.
  package var words: String {
    let whose = populations.map(\.rawValue).joined(separator: " and ")
    return "\(side.rawValue) the usual range\(whose.isEmpty ? "" : " of \(whose)")"
  }
}

extension ReferenceRange {
  /// `women 22 to 38`, without a unit.
  package var words: String {
    func text(_ value: Double) -> String { Decimal.text(value, value == value.rounded() ? 0 : 1) }
    let bounds =
      switch (low, high) {
      case (let low?, let high?): "\(text(low)) to \(text(high))"
      case (nil, let high?): "up to \(text(high))"
      case (let low?, nil): "from \(text(low))"
      case (nil, nil): "–"
      }
    return population == .adults ? bounds : "\(population.rawValue) \(bounds)"
  }
}
