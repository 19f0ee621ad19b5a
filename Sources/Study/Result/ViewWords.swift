import Foundation

/// The words that names of views are made of.
enum ViewWords {
  static let longAxis = "lax"

  static let apical: Set<String> = [
    "a", "ap", "api", "apic", "apical", "apicale", "apicali", "apicaux", "apikal", "apikale", "apikaler",
    "apikales", "apikalen",
  ]
  static let chambers: Set<String> = [
    "ch", "chb", "chbr", "chmb", "chmbr", "cham", "chamb", "chamber", "chambers", "chambered", "cv", "kammer",
    "kammern", "kammerblick", "kammerschnitt", "kammersicht", "cav", "cavite", "cavites", "cavidad",
    "cavidades",
    "cam", "camara", "camaras", "camera", "camere", "chambre", "chambres",
  ]
  /// A probe and a size of a file are called so too: they need the word for apical, or stand alone.
  static let shortChambers: Set<String> = ["c", "kb"]
  /// Windows in short that say so only before a number of chambers or an axis.
  static let otherBeforeNumber: Set<String> = ["s", "sc", "me", "ps", "subc", "subcost"]
  static let views: Set<String> = ["views", "vues", "vistas", "proiezioni"]
  static let negations: Set<String> = [
    "no", "not", "non", "kein", "keine", "keinen", "ohne", "sans", "sin", "senza",
  ]
  static let denials: Set<String> = [
    "not", "nicht", "missing", "impossible", "unmoglich", "fehlt", "unavailable",
  ]
  /// What names several pictures, or four chambers of which the left ventricle is not the one meant.
  static let unclear: Set<String> = [
    "or", "oder", "vs", "versus", "biplane", "biplan", "triplane", "triplan", "multiplane", "xplane",
    "modified", "modifiziert", "rv",
    "rvfocused", "rvfocus",
  ]

  /// Without meaning for a view.
  private static let joining: Set<String> = ["and", "und", "et", "y", "e", "des", "de", "delle", "le"]

  private static let numbers = [
    "four": "4", "vier": "4", "quatre": "4", "cuatro": "4", "quattro": "4", "two": "2", "zwei": "2",
    "deux": "2", "dos": "2", "due": "2", "three": "3", "drei": "3", "trois": "3", "tres": "3", "tre": "3",
    "five": "5", "funf": "5", "fuenf": "5", "cinq": "5", "cinco": "5", "cinque": "5",
  ]

  /// Names of the two axes in words.
  private static let axes: [(words: [String], name: String)] = [
    (["long", "axis"], longAxis), (["lange", "achse"], longAxis), (["langen", "achse"], longAxis),
    (["grand", "axe"], longAxis), (["eje", "largo"], longAxis), (["asse", "lungo"], longAxis),
    (["langachse"], longAxis), (["langachsenschnitt"], longAxis), (["langachsenblick"], longAxis),
    (["short", "axis"], "sax"), (["kurze", "achse"], "sax"), (["kurzen", "achse"], "sax"),
    (["petit", "axe"], "sax"), (["eje", "corto"], "sax"), (["asse", "corto"], "sax"), (["kurzachse"], "sax"),
    (["kurzachsenschnitt"], "sax"),
  ]

  /// The words of a text: runs of letters and runs of digits, in small letters and without accents, numbers as digits
  /// and the axes by one name each.
  static func words(of text: String) -> [String] {
    let split = runs(of: text).flatMap(numbered).filter { !joining.contains($0) }
    var (words, rest) = ([String](), split[...])
    while let first = rest.first {
      if let axis = axes.first(where: { rest.starts(with: $0.words) }) {
        words.append(axis.name)
        rest = rest.dropFirst(axis.words.count)
      } else {
        words.append(first)
        rest = rest.dropFirst()
      }
    }
    return words
  }

  private static func runs(of text: String) -> [String] {
    var (runs, current, isNumber) = ([String](), "", false)
    func flush() {
      if !current.isEmpty { runs.append(current) }
      current = ""
    }
    for scalar in text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar.properties.generalCategory == .nonspacingMark { continue }
      let isDigit = ("0"..."9").contains(scalar)
      guard isDigit || scalar.properties.isAlphabetic else {
        flush()
        continue
      }
      if isDigit != isNumber { flush() }
      isNumber = isDigit
      current.unicodeScalars.append(scalar)
    }
    flush()
    return runs
  }

  /// `vierkammerblick` is a number and a word for chambers.
  private static func numbered(_ word: String) -> [String] {
    if let digit = numbers[word] { return [digit] }
    for (name, digit) in numbers where word.hasPrefix(name) {
      let rest = String(word.dropFirst(name.count))
      if chambers.contains(rest) { return [digit, rest] }
    }
    return [word]
  }
}
