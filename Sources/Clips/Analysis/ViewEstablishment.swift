import Study

/// Which view a clip shows, who says so, and what makes that doubtful. Nothing is claimed that nobody established.
struct ViewEstablishment: Sendable, Equatable {
  var view: ClipReport.View
  var doubts: [ClipDoubt] = []

  /// An apical clip of which nobody says which view it shows.
  static let open = ViewEstablishment(picture: nil, threshold: 1, mayClaim: false)

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

  /// What there is to establish a clip's view by, but for the picture.
  struct Evidence {
    let header: ClipHeader
    let operatorView: EchoView?
    let ruleView: EchoView?
    var readerView: EchoView?
    let policy: Configuration.PictureViewPolicy
    /// Nobody said which of the clip's pictures shows the view that is stated.
    let hasSeveralPictures: Bool

    init(of file: StudyFile, _ settings: AnalysisSettings, hasSeveralPictures: Bool) {
      header = file.header
      operatorView = settings.operatorView
      ruleView = settings.ruleView(file)
      readerView = file.readerView
      policy = settings.viewFromPicture
      self.hasSeveralPictures = hasSeveralPictures
    }
  }

  /// What the operator, a rule or the file says of the view, before the clip is looked at.
  /// - Throws: `ClipStop` where that is another view than an apical one.
  static func stated(by evidence: Evidence) throws(ClipStop) -> ViewEstablishment {
    let stated = establish(evidence, nil)
    if stated.view.code == .other {
      throw .excluded(.notApical, "The view that is stated is not an apical one.")
    }
    return evidence.hasSeveralPictures ? .open : stated
  }

  /// What is stated together with what the picture shows. The operator's word and a rule outweigh a picture that does
  /// not look apical; a tag does not, as it is often that of a whole series.
  /// - Throws: `ClipStop` where the clip is no apical view.
  static func established(by evidence: Evidence, _ look: ClipLook) throws(ClipStop) -> ViewEstablishment {
    var established = evidence.hasSeveralPictures ? .open : establish(evidence, look)
    guard !look.isApical else { return established }
    guard [.operator, .rule, .reader].contains(established.view.source) else {
      throw .excluded(.notApical, look.objection)
    }
    if !established.doubts.contains(.viewDisagrees) { established.doubts.append(.viewDisagrees) }
    return established
  }

  /// What would be said of the view without the reader's word; nothing is excluded by it.
  static func withoutReader(_ evidence: Evidence, _ look: ClipLook) -> ViewEstablishment {
    var evidence = evidence
    evidence.readerView = nil
    return evidence.hasSeveralPictures ? .open : establish(evidence, look)
  }

  private static func establish(_ evidence: Evidence, _ look: ClipLook?) -> ViewEstablishment {
    establish(
      operatorView: evidence.operatorView, ruleView: evidence.ruleView, readerView: evidence.readerView,
      header: evidence.header,
      picture: look?.picture, threshold: look?.claimThreshold ?? 1, policy: evidence.policy)
  }

  private init(
    _ stated: EchoView, by source: ClipReport.View.Source, picture: PictureView?, threshold: Double
  ) {
    view = ClipReport.View(code: stated, source: source, candidates: picture?.candidates, mirrored: false)
    guard let picture, source != .reader else { return }
    if picture.contradicts(stated, threshold: threshold) { doubts.append(.viewDisagrees) }
    if picture.likeliest?.view == stated.facts.family, picture.mirroredProbability >= threshold {
      doubts.append(.mirroredDisplay)
    }
  }

  private init(picture: PictureView?, threshold: Double, mayClaim: Bool) {
    view = ClipReport.View(code: .apical, source: .model, candidates: picture?.candidates, mirrored: false)
    guard mayClaim, let picture, let (likeliest, probability) = picture.likeliest,
      likeliest.facts.measures != nil, probability >= threshold
    else { return }
    view.code = likeliest
    view.source = .picture
    view.probability = probability
    view.mirrored = picture.mirroredProbability >= threshold
    doubts.append(.viewFromPicture)
    if picture.mirroredProbability >= 0.5 { doubts.append(.mirroredDisplay) }
  }

  /// Tags by how closely they speak of the picture: of the image, of its series, of its study. The closest that name a
  /// view decide; where they contradict each other, none does.
  private static let tags: [[String]] = [
    ["ViewCodeMeaning", "ViewName", "ImageComments", "StageName"],
    ["SeriesDescription", "ProtocolName", "AcquisitionProtocolName", "PerformedProcedureStepDescription"],
    ["PerformedProtocolMeaning", "StudyDescription"],
  ]

  private static func fromTags(_ texts: [String: String]) -> EchoView? {
    let coded = texts["ViewCodeSequence"].flatMap { EchoView.byCode[$0] }
    for (rank, keywords) in tags.enumerated() {
      let named = keywords.compactMap { texts[$0].flatMap(ViewName.view) }
      let views = Set(named + (rank == 0 ? [coded].compactMap { $0 } : []))
      if !views.isEmpty { return views.count == 1 ? views.first : nil }
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
