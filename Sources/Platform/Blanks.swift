extension StringProtocol {
  package func trimmingBlanks() -> String {
    let isBlank = { (character: Character) in character.isWhitespace || character == "\0" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }

  package func trimmingTrailing(_ last: Character) -> String {
    String(reversed().drop { $0 == last }.reversed())
  }
}
