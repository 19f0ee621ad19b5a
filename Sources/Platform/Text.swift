extension StringProtocol {
  package func trimmingBlanks() -> String {
    let isBlank = { (character: Character) in character.isWhitespace || character == "\0" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  package func trimmingTrailing(_ last: Character) -> String {
    String(reversed().drop { $0 == last }.reversed())
  }
}

/// Numbers as people read them.
package enum Decimal {
  /// Rounded, with exactly so many decimals; a dash for what is no number.
  package static func text(_ value: Double, _ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    guard let scaled = Int(exactly: (value * scale).rounded()) else { return "-" }
    let digits = String(scaled.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
