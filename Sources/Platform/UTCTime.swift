/// A moment in milliseconds since 1970-01-01T00:00:00Z, and how the outputs write it.
package struct UTCTime: Sendable, Equatable, Comparable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  private struct Fields { var year, month, day, hour, minute, second, millisecond: Int64 }

  /// Civil date of a day number by the era arithmetic of the proleptic Gregorian calendar: eras of 400 years
  /// (146097 days) that start on the first of March, so that the leap day is the last of its year.
  private var fields: Fields {
    let day = milliseconds.floorDivided(by: 86_400_000)
    let inDay = milliseconds - day * 86_400_000
    let shifted = day + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return Fields(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: inDay / 3_600_000,
      minute: inDay / 60_000 % 60, second: inDay / 1000 % 60, millisecond: inDay % 1000)
  }

  /// `2026-01-31T08:09:10.123Z`.
  package var iso8601: String {
    let f = fields
    let date = "\(padded(f.year, 4))-\(padded(f.month, 2))-\(padded(f.day, 2))"
    let time = "\(padded(f.hour, 2)):\(padded(f.minute, 2)):\(padded(f.second, 2))"
    return "\(date)T\(time).\(padded(f.millisecond, 3))Z"
  }

  /// A DICOM DA value, `20260131`.
  package var dicomDate: String {
    let f = fields
    return padded(f.year, 4) + padded(f.month, 2) + padded(f.day, 2)
  }

  /// A DICOM TM value to the second, `080910`.
  package var dicomTime: String {
    let f = fields
    return padded(f.hour, 2) + padded(f.minute, 2) + padded(f.second, 2)
  }

  private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
