import Testing

@testable import Reports

/// Which text has glyphs in the standard fonts, and what is done with the rest.
@Suite struct PDFTextTests {
  @Test func wordsOfWesternLanguagesAreOneRun() throws {
    let text = try #require(PDFText("Müller, Étienne – 5 mm²"))
    #expect(text.runs.count == 1 && text.spelling == nil)
    #expect(text.runs[0].bytes.prefix(2) == [0x4D, 0xFC])
  }

  @Test func widthsAreThoseOfTheFont() throws {
    #expect(try #require(PDFText("Hello")).width == 722 + 556 + 222 + 222 + 556)
    #expect(try #require(PDFText("Hello", .bold)).width == 722 + 556 + 278 + 278 + 611)
    #expect(try #require(PDFText("")).width == 0)
  }

  @Test(arguments: [
    "Dvořák", "Łódź", "Őszi Bálint", "Gökçe Yıldız", "İbrahim", "Đặng Thị Ấn", "Đorđević", "Ștefan Țiriac",
    "Ąžuolas Kęstutis", "Ģirts Bērziņš",
  ])
  func namesOfOtherLatinAlphabetsArePutTogether(name: String) throws {
    let text = try #require(PDFText(name))
    #expect(text.spelling == name)
    // An accent takes no room of its own.
    let letters = name.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
      !$0.properties.isDiacritic
    }
    #expect(
      text.runs.filter { !$0.isBuiltIn }.allSatisfy { $0.x < text.width } && letters.count <= name.count)
    #expect(text.runs.contains { $0.isBuiltIn })
  }

  @Test func anAccentStandsOverTheMiddleOfItsLetter() throws {
    let text = try #require(PDFText("ař"))
    let accent = try #require(text.runs.last)
    #expect(accent.isBuiltIn && accent.bytes == [0xCF] && accent.rise == 0)
    #expect(accent.x == 556 + (333 - 333) / 2 && text.width == 556 + 333)
    #expect(try #require(PDFText("Č").flatMap(\.runs.last)).rise > 0)
  }

  @Test(arguments: [
    "山田", "Nguyễn Văn Đức", "やまだ", "Иванов", "Παπαδόπουλος", "محمد", "김철수", "👩‍⚕️", "a\u{307}\u{20DD}",
    "\u{301}",
  ])
  func whatHasNoGlyphsIsRefused(text: String) { #expect(PDFText(text) == nil) }

  @Test(
    arguments: [
      ("Doe^Jane^Mary^Dr^", "Doe, Jane Mary, Dr", false),
      ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou", true),
      ("山田^太郎", nil, false), ("=山田^太郎", nil, false), ("Иванов^Иван", nil, false), ("Doe", "Doe", false),
      ("^^^^", nil, false), ("", nil, false), ("山田^太郎=Yamada^Tarou", "Yamada, Tarou", true),
      ("Dvořák^Jiří", "Dvořák, Jiří", false),
    ] as [(String, String?, Bool)])
  func aNameIsPrintedWholeOrNotAtAll(value: String, printed: String?, hasOthers: Bool) {
    let name = PersonName(value)
    #expect(name.printed == printed && name.hasOthers == hasOthers)
    #expect(name.isEmpty == value.allSatisfy { $0 == "^" })
  }

  @Test(arguments: [("unet-日本", "unet-??"), ("a\u{7}b", "a?b"), ("Łódź", "Łódź"), ("\u{202E}x", "?x")])
  func otherTextHasAMarkForWhatItLacks(text: String, legible: String) {
    #expect(PDFText.legible(text) == legible && PDFText(legible) != nil)
  }

  @Test func linesKeepTheirRoomAndEveryWord() {
    let words = "withheld where the hinge points of the frame are not found or not trusted in either view"
    let lines = PDFText.lines(words, size: 8, within: 90)
    #expect(lines.count > 3 && lines.allSatisfy { $0.points(8) <= 90 })
    let letters = lines.flatMap(\.runs).flatMap(\.bytes).filter { $0 != 32 }
    #expect(letters == Array(words.utf8.filter { $0 != 32 }))
    #expect(PDFText.lines("unbreakable-and-long", size: 8, within: 5).count == 1)
  }
}
