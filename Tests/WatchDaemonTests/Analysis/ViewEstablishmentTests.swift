import Testing

@testable import WatchDaemon

@Suite struct ViewEstablishmentTests {
  private func header(_ texts: [String: String]) -> ClipHeader {
    ClipHeader(
      transferSyntaxUID: "1.2.840.10008.1.2.1", identity: .init(), rows: 1, columns: 1, frames: 1,
      samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8, hasPixelData: true, frameTimeVector: [],
      rWaveTimes: [], regions: [], lossy: false, texts: texts)
  }

  @Test func theOperatorOverrulesTheRuleAndTheRuleTheTags() {
    let tagged = header(["ViewName": "PLAX"])
    let byOperator = ViewEstablishment.establish(operatorView: .a4c, ruleView: .a2c, header: tagged)
    #expect(byOperator == ViewEstablishment(code: .a4c, source: .operator))
    let byRule = ViewEstablishment.establish(operatorView: nil, ruleView: .a2c, header: tagged)
    #expect(byRule == ViewEstablishment(code: .a2c, source: .rule))
  }

  @Test(arguments: [
    (["ViewCodeSequence": "399214001"], ClipReport.View.Code.a4c), (["ViewCodeSequence": "G-A19B"], .a2c),
    (["ViewName": "Apical 4 Chamber"], .a4c), (["ViewName": "AP2"], .a2c),
    (["SeriesDescription": "a-4-c"], .a4c),
    (["ViewName": "PLAX"], .other), (["ViewName": "4 chamber with colour"], .unknown), ([:], .unknown),
  ])
  func readsTags(texts: [String: String], expected: ClipReport.View.Code) {
    let view = ViewEstablishment.establish(operatorView: nil, ruleView: nil, header: header(texts))
    #expect(view.code == expected)
    #expect(view.source == (expected == .unknown ? .none : .tag))
  }

  @Test func namesSitesByViewAndSwapsThemInAMirroredDisplay() {
    func sites(_ code: ClipReport.View.Code, mirrored: Bool) -> [PhaseMeasurement.HingePoint.Site?] {
      let view = ClipReport.View(code: code, source: .tag, mirrored: mirrored)
      return [.left, .right].map { ViewEstablishment.anatomy(view: view, side: $0)?.site }
    }
    #expect(sites(.a4c, mirrored: false) == [.septal, .lateral])
    #expect(sites(.a4c, mirrored: true) == [.lateral, .septal])
    #expect(sites(.a2c, mirrored: false) == [.inferior, .anterior])
    #expect(sites(.apical, mirrored: false) == [nil, nil])
  }

  @Test func rulesLookAtEachPathThatAFileCameByTheFirstOneFirst() throws {
    var settings = AnalysisSettings(configuration: nil, operatorView: nil, threads: 1, namesFiles: false)
    settings.viewRules = [try ViewRule("A4C if file ~ \"^a4c/\""), try ViewRule("A2C if file ~ \"^a2c/\"")]
    func view(_ paths: String...) -> ClipReport.View.Code? {
      settings.ruleView(
        StudyFile(
          path: "/spool/1", origin: paths[0], laterOrigins: Array(paths.dropFirst()), sha256: "",
          header: header([:])))
    }
    #expect(view("a4c/1", "requeued-c1/a4c/1") == .a4c)
    #expect(view("copy/1", "a4c/1") == .a4c)
    #expect(view("a2c/1", "a4c/1") == .a2c)
    #expect(view("copy/1", "other/1") == nil)
  }
}
