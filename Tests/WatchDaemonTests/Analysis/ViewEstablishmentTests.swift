import Testing

@testable import Clips
@testable import Study
@testable import WatchDaemon

@Suite struct ViewEstablishmentTests {
  private func header(_ texts: [String: String]) -> ClipHeader {
    ClipHeader(
      transferSyntaxUID: "1.2.840.10008.1.2.1", identity: .init(), rows: 1, columns: 1, frames: 1,
      samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8, hasPixelData: true, frameTimeVector: [],
      rWaveTimes: [], regions: [], lossy: false, texts: texts)
  }

  private func picture(_ a4c: Double, _ a2c: Double, mirrored: Double = 0.1) -> PictureView {
    PictureView(probabilities: [.a4c: a4c, .a2c: a2c, .other: 1 - a4c - a2c], mirroredProbability: mirrored)
  }

  @Test func theOperatorOverrulesTheRuleTheRuleTheReaderTheReaderTheTagAndTheTagThePicture() {
    let stated: [(operator: EchoView?, rule: EchoView?, reader: EchoView?, texts: [String: String])] = [
      (.a4c, .a2c, .a2c, ["ViewName": "A2C"]), (nil, .a4c, .a2c, ["ViewName": "A2C"]),
      (nil, nil, .a4c, ["ViewName": "A2C"]), (nil, nil, nil, ["ViewName": "A4C"]), (nil, nil, nil, [:]),
    ]
    let sources = stated.map { stated in
      let view = ViewEstablishment.establish(
        operatorView: stated.operator, ruleView: stated.rule, readerView: stated.reader,
        header: header(stated.texts), picture: picture(0.99, 0.005), threshold: 0.9
      ).view
      #expect(view.code == .a4c)
      return view.source
    }
    #expect(sources == [.operator, .rule, .reader, .tag, .picture])
  }

  @Test func claimsThePicturesViewOnlyAboveTheThresholdAndSaysSo() {
    func established(
      _ picture: PictureView, _ policy: Configuration.PictureViewPolicy = .claim
    ) -> ViewEstablishment {
      .establish(
        operatorView: nil, ruleView: nil, header: header([:]), picture: picture, threshold: 0.9,
        policy: policy)
    }
    let claimed = established(picture(0.04, 0.95))
    #expect(claimed.view.code == .a2c && claimed.view.source == .picture)
    #expect(claimed.view.probability == 0.95 && claimed.view.candidates?["A4C"] == 0.04)
    #expect(claimed.doubts == [.viewFromPicture] && !claimed.view.mirrored)
    for unsure in [established(picture(0.15, 0.85)), established(picture(0.95, 0.04), .suggest)] {
      #expect(unsure.view.code == .apical && unsure.view.source == .model && unsure.doubts.isEmpty)
      #expect(unsure.view.probability == nil && unsure.view.candidates?.count == 3)
    }
    #expect(established(picture(0.95, 0.04), .off).view.candidates == nil)
    #expect(established(picture(0.02, 0.02)).view.code == .apical, "another view is never claimed")
  }

  @Test func swapsTheSidesOfAPictureThatIsSurelyMirroredAndDoubtsOneThatMayBe() {
    func established(_ mirrored: Double) -> ViewEstablishment {
      .establish(
        operatorView: nil, ruleView: nil, header: header([:]),
        picture: picture(0.95, 0.04, mirrored: mirrored),
        threshold: 0.9)
    }
    #expect(established(0.95).view.mirrored && established(0.95).doubts.contains(.mirroredDisplay))
    #expect(!established(0.6).view.mirrored && established(0.6).doubts.contains(.mirroredDisplay))
    #expect(!established(0.4).view.mirrored && !established(0.4).doubts.contains(.mirroredDisplay))
  }

  @Test(arguments: [
    ("A4C", 0.03, 0.95, true), ("A4C", 0.01, 0.01, true), ("A4C", 0.2, 0.8, false),
    ("A4C", 0.95, 0.03, false),
    ("A5C", 0.95, 0.03, false), ("A5C", 0.03, 0.95, true), ("A3C", 0.03, 0.95, false),
    ("A3C", 0.95, 0.03, true),
  ])
  func doubtsATagThatASurePictureContradicts(tag: String, a4c: Double, a2c: Double, disagrees: Bool) {
    let established = ViewEstablishment.establish(
      operatorView: nil, ruleView: nil, header: header(["ViewName": tag]), picture: picture(a4c, a2c),
      threshold: 0.9)
    #expect(established.view.code.rawValue == tag && established.view.source == .tag)
    #expect(established.doubts == (disagrees ? [.viewDisagrees] : []))
  }

  @Test(arguments: [
    (["ViewCodeSequence": "399214001"], EchoView.a4c), (["ViewCodeSequence": "G-A19B"], .a2c),
    (["ViewCodeSequence": "399339008"], .a3c), (["ViewCodeSequence": "399371001"], .other),
    (["ViewCodeSequence": "130681"], .apical), (["ViewCodeMeaning": "Apical four chamber"], .a4c),
    (["ViewName": "Apical 4 Chamber"], .a4c), (["ViewName": "AP2"], .a2c), (["ViewName": "PLAX"], .other),
    (["SeriesDescription": "a-4-c"], .a4c), (["StudyDescription": "A2C"], .a2c),
    (["ProtocolName": "A5C"], .a5c),
    (["PerformedProcedureStepDescription": "APLAX"], .a3c), (["ImageComments": "4-Kammerblick"], .a4c),
    (["AcquisitionProtocolName": "2CH"], .a2c), (["PerformedProtocolMeaning": "4CH"], .a4c),
    (["StageName": "A4C Peak"], .a4c),
    // The image's own tags before those of its series, and these before the study's.
    (["ViewName": "A2C", "SeriesDescription": "A4C"], .a2c),
    (["SeriesDescription": "A4C", "StudyDescription": "PLAX"], .a4c),
    (["ViewName": "Baseline", "SeriesDescription": "A4C"], .a4c),
  ])
  func readsTags(texts: [String: String], expected: EchoView) {
    let view = ViewEstablishment.establish(operatorView: nil, ruleView: nil, header: header(texts)).view
    #expect(view.code == expected && view.source == .tag)
  }

  @Test(arguments: [
    [:], ["ViewName": "apical views"], ["SeriesDescription": "4CH 2CH"],
    ["ViewName": "A4C", "ImageComments": "2CH"], ["ViewCodeSequence": "399214001", "ViewName": "A2C"],
    ["SeriesDescription": "A4C", "ProtocolName": "A2C", "StudyDescription": "A4C"],
    ["Manufacturer": "A4C", "BodyPartExamined": "A4C"],
  ])
  func leavesTheViewOpenWhereTagsSayNothingOrContradictEachOther(texts: [String: String]) {
    let view = ViewEstablishment.establish(operatorView: nil, ruleView: nil, header: header(texts)).view
    #expect(view.code == .apical && view.source == .model)
  }

  @Test func aClipThatIsExcludedKeepsAStatedViewAndWhatThePictureSaysButClaimsNone() {
    let candidates = ["A4C": 0.95, "A2C": 0.04]
    func excluded(_ source: ClipReport.View.Source) -> ClipReport.View {
      var clip = SampleReport.measured
      clip.view = .init(
        code: .a4c, source: source, probability: 0.95, candidates: candidates, mirrored: false)
      clip.stop(.excluded(.notApical, "It is none."))
      return clip.view
    }
    #expect(excluded(.rule).code == .a4c && excluded(.rule).source == .rule)
    #expect(excluded(.picture).code == .other && excluded(.picture).source == .none)
    #expect(excluded(.picture).probability == nil && excluded(.picture).candidates == candidates)
  }

  @Test func namesSitesByViewAndSwapsThemInAMirroredDisplay() {
    func sites(_ code: EchoView, mirrored: Bool) -> [PhaseMeasurement.HingePoint.Site?] {
      let view = ClipReport.View(code: code, source: .tag, mirrored: mirrored)
      return [.left, .right].map { view.anatomy($0).site }
    }
    #expect(sites(.a4c, mirrored: false) == [.septal, .lateral])
    #expect(sites(.a4c, mirrored: true) == [.lateral, .septal])
    #expect(sites(.a2c, mirrored: false) == [.inferior, .anterior])
    #expect(sites(.a5c, mirrored: false) == [nil, .lateral])
    for view in [EchoView.a3c, .apical, .other, .unknown] {
      #expect(sites(view, mirrored: false) == [nil, nil])
    }
  }

  /// The anterior leaflet lies beside the septum or the aortic root, left in the four- and five-chamber view and right
  /// in the two others.
  @Test func namesLeafletsByView() {
    func labels(_ code: EchoView) -> [PhaseMeasurement.HingePoint.Label?] {
      let view = ClipReport.View(code: code, source: .tag, mirrored: false)
      return [.left, .right].map { view.anatomy($0).label }
    }
    #expect(labels(.a4c) == [.aMVL, .pMVL] && labels(.a5c) == [.aMVL, .pMVL])
    #expect(labels(.a2c) == [.pMVL, .aMVL] && labels(.a3c) == [.pMVL, .aMVL])
    #expect(labels(.apical) == [nil, nil])
  }

  @Test func rulesLookAtEachPathThatAFileCameByTheFirstOneFirst() throws {
    var settings = AnalysisSettings(configuration: nil, operatorView: nil, threads: 1, namesFiles: false)
    settings.viewRules = [try ViewRule("A4C if file ~ \"^a4c/\""), try ViewRule("A2C if file ~ \"^a2c/\"")]
    func view(_ paths: String...) -> EchoView? {
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
