/// Which view a clip shows, who says so, and what makes that doubtful. Nothing is claimed that nobody established.
struct ViewEstablishment: Sendable, Equatable {
  var view: ClipReport.View
  var doubts: [ClipDoubt] = []

  /// An apical clip of which nobody says which view it shows.
  static let open = ViewEstablishment(picture: nil, threshold: 1, mayClaim: false)

  /// View codes of CID 12226, SNOMED CT and the older SRT, PS3.16.
  private static let codes: [String: EchoView] = [
    "399214001": .a4c, "G-A19C": .a4c,
    "399232001": .a2c, "G-A19B": .a2c,
    "399339008": .a3c, "G-0395": .a3c, "399371001": .other,
  ]

  /// Texts that departments write for the apical views, once case, blanks and punctuation are gone.
  private static let names: [String: EchoView] = [
    "a4c": .a4c, "ap4": .a4c, "ap4c": .a4c,
    "apical4c": .a4c, "apical4chamber": .a4c,
    "apicalfourchamber": .a4c, "4ch": .a4c, "4chamber": .a4c,
    "a2c": .a2c, "ap2": .a2c, "ap2c": .a2c,
    "apical2c": .a2c, "apical2chamber": .a2c,
    "apicaltwochamber": .a2c, "2ch": .a2c, "2chamber": .a2c,
    "a3c": .a3c, "ap3": .a3c, "ap3c": .a3c, "apical3chamber": .a3c, "aplax": .a3c, "apicallongaxis": .a3c,
    "a5c": .a5c, "ap5": .a5c, "apical5chamber": .a5c,
    "plax": .other, "psax": .other, "parasternallongaxis": .other, "parasternalshortaxis": .other,
    "subcostal": .other,
  ]

  /// The operator's word, else a configured rule's, else a reader's, else the file's own tags, else the picture, if it
  /// is asked for and sure enough. Of an apical clip of which none of them says anything, which view it shows is left
  /// open.
  /// - Parameters:
  ///   - readerView: What a reader's correction says of the clip.
  ///   - picture: `nil` before the clip was looked at, and of a network that does not tell views.
  ///   - threshold: The probability from which on the picture's view is claimed.
  static func establish(
    operatorView: EchoView?, ruleView: EchoView?, readerView: EchoView? = nil, header: ClipHeader,
    picture: PictureView? = nil, threshold: Double = 1, policy: Configuration.PictureViewPolicy = .claim
  ) -> ViewEstablishment {
    let asked = policy == .off ? nil : picture
    let statements: [(view: EchoView?, source: ClipReport.View.Source)] = [
      (operatorView, .operator), (ruleView, .rule), (readerView, .reader), (fromTags(header.texts), .tag),
    ]
    for case (let stated?, let source) in statements {
      return ViewEstablishment(stated, by: source, picture: asked, threshold: threshold)
    }
    return ViewEstablishment(picture: asked, threshold: threshold, mayClaim: policy == .claim)
  }

  private init(
    _ stated: EchoView, by source: ClipReport.View.Source, picture: PictureView?, threshold: Double
  ) {
    view = ClipReport.View(code: stated, source: source, candidates: picture?.candidates, mirrored: false)
    guard let picture, source != .reader else { return }
    if picture.contradicts(stated, threshold: threshold) { doubts.append(.viewDisagrees) }
  }

  private init(picture: PictureView?, threshold: Double, mayClaim: Bool) {
    view = ClipReport.View(code: .apical, source: .model, candidates: picture?.candidates, mirrored: false)
    guard mayClaim, let picture, let (likeliest, probability) = picture.likeliest, likeliest.isNamed,
      probability >= threshold
    else { return }
    view.code = likeliest
    view.source = .picture
    view.probability = probability
    view.mirrored = picture.mirroredProbability >= threshold
    doubts.append(.viewFromPicture)
    if picture.mirroredProbability >= 0.5 { doubts.append(.mirroredDisplay) }
  }

  private static func fromTags(_ texts: [String: String]) -> EchoView? {
    if let code = texts["ViewCodeSequence"], let view = codes[code] { return view }
    for keyword in ["ViewName", "SeriesDescription", "ImageComments"] {
      guard let text = texts[keyword] else { continue }
      let plain = String(
        text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) })
      if let view = names[plain] { return view }
    }
    return nil
  }
}

extension PictureView {
  /// As `study.json` lists them.
  fileprivate var candidates: [String: Double] {
    Dictionary(uniqueKeysWithValues: probabilities.map { ($0.key.rawValue, $0.value) })
  }

  /// Whether the clip is surely another view than the one that is stated. A five-chamber view is of the four-chamber
  /// family and a three-chamber view of the two-chamber one: the picture does not tell them apart.
  fileprivate func contradicts(_ stated: EchoView, threshold: Double) -> Bool {
    guard let family = stated.facts.family, let (likeliest, probability) = likeliest else { return false }
    return likeliest != family && probability >= threshold
  }
}
