import Testing

@testable import Clips
@testable import Platform
@testable import Reports

@Suite struct StudyLogTests {
  @Test func writesOneObjectALine() {
    var log = StudyLog()
    log.add("claimed", stage: "intake", at: UTCTime(milliseconds: 0))
    log.add(
      "excluded", stage: "gate", at: UTCTime(milliseconds: 1_767_225_599_999), durationMilliseconds: 1.26,
      .clip(sopInstanceUID: "1.2.3"), .reason(.colourDoppler), .count("frames", 40))
    #expect(
      log.text == """
        {"time":"1970-01-01T00:00:00.000Z","event":"claimed","stage":"intake","duration_ms":null}
        {"time":"2025-12-31T23:59:59.999Z","event":"excluded","stage":"gate","duration_ms":1.3,\
        "clip":"1.2.3","reason":"colour-doppler","frames":40}

        """)
  }

  @Test(arguments: ["Name^Some", "/data/x", String(repeating: "1", count: 65)])
  func keepsTextOfFilesOut(uid: String) {
    var log = StudyLog()
    log.add("read", stage: "decode", at: UTCTime(milliseconds: 0), .clip(sopInstanceUID: uid))
    #expect(log.text.contains("\"clip\":null"))
  }

  @Test func saysWhyInPrintableWords() {
    var log = StudyLog()
    log.add("report-refused", stage: "publish", at: UTCTime(milliseconds: 0), .cause("No\u{1B}[2J group."))
    #expect(log.text.contains("\"cause\":\"No[2J group.\""))
  }

  @Test(arguments: [
    (951_782_400_000, "20000229", "000000"), (-1, "19691231", "235959"),
    (4_107_542_400_000, "21000301", "000000"), (1_700_000_000_000, "20231114", "221320"),
  ])
  func knowsTheCalendar(milliseconds: Int64, date: String, time: String) {
    let moment = UTCTime(milliseconds: milliseconds)
    #expect(moment.dicomDate == date)
    #expect(moment.dicomTime == time)
  }
}
