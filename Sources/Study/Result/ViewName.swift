/// Reads which view a text names: what scanners and people write into tags, in English, German, French, Spanish and
/// Italian. Whole words count, never a part of one; a text that could mean two things says nothing.
package struct ViewName {
  /// Longer texts are no names.
  private static let longest = 1_024

  private let words: [String]
  /// Views by name, and views that are only called by their chambers, which other windows show as well.
  private var apical: Set<EchoView> = []
  private var bare: Set<EchoView> = []
  private var isOther = false
  private var isUnclear: Bool

  /// The view that a text names; `nil` where it names none, or more than one.
  package static func view(in text: String) -> EchoView? {
    var name = ViewName(text)
    name.read()
    return name.view
  }

  private init(_ text: String) {
    let start = String(text.unicodeScalars.prefix(Self.longest))
    words = ViewWords.words(of: start)
    isUnclear = text.contains("?") || words.contains(where: ViewWords.unclear.contains)
  }

  private var view: EchoView? {
    let named = apical.union(bare)
    if isUnclear || named.count > 1 { return nil }
    if isOther { return apical.isEmpty ? .other : nil }
    return named.first
  }

  private mutating func read() {
    var place = 0
    while place < words.count { place += max(1, readPhrase(at: place)) }
  }

  private func word(_ place: Int) -> String? { words.indices.contains(place) ? words[place] : nil }
  private func isApical(_ place: Int) -> Bool { word(place).map(ViewWords.apical.contains) ?? false }

  /// - Returns: How many words it took; 0 where there is no phrase.
  private mutating func readPhrase(at place: Int) -> Int {
    let word = words[place]
    if EchoView.byChambers[word] != nil { return readChambers(at: place, from: place) }
    if isApical(place), let next = self.word(place + 1) {
      if EchoView.byChambers[next] != nil { return readChambers(at: place + 1, from: place) }
      if next == ViewWords.longAxis {
        apical.insert(.a3c)
        return 2
      }
    }
    if word == ViewWords.longAxis { readLongAxis(at: place) }
    if let view = EchoView.byName[word] {
      if view == .other { isOther = true } else { apical.insert(view) }
    }
    if ViewWords.otherBeforeNumber.contains(word), isChambersOrAxis(at: place + 1) { isOther = true }
    return 1
  }

  /// Alone it may be the parasternal or the apical one.
  private mutating func readLongAxis(at place: Int) {
    if let next = word(place + 1), next != "a", ViewWords.apical.contains(next) {
      apical.insert(.a3c)
      return
    }
    let isParasternal = words.contains { $0.hasPrefix("parast") || $0.hasPrefix("paraest") || $0 == "ps" }
    if isParasternal || word(place - 1) == "p" { isOther = true } else { isUnclear = true }
  }

  private func isChambersOrAxis(at place: Int) -> Bool {
    guard let word = word(place) else { return false }
    if word == ViewWords.longAxis { return true }
    guard EchoView.byChambers[word] != nil, let next = self.word(place + 1) else { return false }
    return ViewWords.chambers.contains(next) || ViewWords.shortChambers.contains(next)
  }

  /// `4 chamber`, `a 4 c`, `ap 4`: a number of chambers with what makes it one.
  /// - Parameters:
  ///   - place: of the number.
  ///   - start: of the phrase: of the word for apical before it, where there is one.
  /// - Returns: How many words it took; 0 where there is none.
  private mutating func readChambers(at place: Int, from start: Int) -> Int {
    guard let view = EchoView.byChambers[words[place]],
      let length = lengthOfChambers(at: place, from: start)
    else {
      // Of a volume, which shows several views.
      if word(place + 1) == "d", words[place] != "2" { isUnclear = true }
      return 0
    }
    if let before = word(start - 1),
      EchoView.byChambers[before] != nil || ViewWords.negations.contains(before)
    {
      isUnclear = true
    }
    if let after = word(start + length), ViewWords.denials.contains(after) { isUnclear = true }
    if start < place { apical.insert(view) } else { bare.insert(view) }
    return length
  }

  private mutating func lengthOfChambers(at place: Int, from start: Int) -> Int? {
    let (next, isPrefixed) = (word(place + 1), start < place)
    if let next, ViewWords.chambers.contains(next) { return place - start + 2 }
    if let next, ViewWords.shortChambers.contains(next), isPrefixed || words.count == 2 {
      return place - start + 2
    }
    guard isPrefixed, words[start] != "a" else { return nil }
    // `AP 2 views` are two of them; `apical 4, 2` names both.
    if let next, EchoView.byChambers[next] != nil || ViewWords.views.contains(next) { isUnclear = true }
    return place - start + 1
  }
}
