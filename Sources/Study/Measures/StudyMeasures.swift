/// The measures of a study, from the results of its clips.
package struct StudyMeasures {
  private let fourChamber: ViewChoice
  private let twoChamber: ViewChoice
  private let anyView: ViewChoice

  /// One entry a measure of the table, withheld ones with their reasons; none where no clip was looked at to its
  /// end.
  /// - Parameter bodySurfaceArea: of the patient, square metres; `nil` where it is not known.
  package static func measurements(
    of clips: [ClipReport], bodySurfaceArea: Double? = nil
  ) -> [StudyReport.Measurement] {
    guard clips.contains(where: { $0.status == .measured || $0.status == .indeterminate }) else { return [] }
    let measures = StudyMeasures(clips)
    return MeasureTable.measures.reduce(into: []) { found, measure in
      if case .byBodySurface(let name) = measure.origin {
        guard let whole = found.first(where: { $0.name == name }) else { return }
        found.append(whole.divided(by: bodySurfaceArea, as: measure))
      } else {
        found.append(measures.measurement(measure))
      }
    }
  }

  private init(_ clips: [ClipReport]) {
    fourChamber = ViewChoice(clips, views: [.a4c])
    twoChamber = ViewChoice(clips, views: [.a2c])
    anyView = ViewChoice(clips, views: Set(EchoView.allCases.filter(\.isApical)))
  }

  private func measurement(_ measure: Measure) -> StudyReport.Measurement {
    var result =
      switch measure.origin {
      case .beats(let view, let value): single(measure, view == .a4c ? fourChamber : twoChamber, value)
      case .anyView(let value): single(measure, anyView, value)
      case .bothViews(let chamber, let value): biplane(measure, matching: chamber, value)
      case .cycles(let value): cycles(measure, value)
      case .byBodySurface: preconditionFailure("\(measure.name) follows from another measure")
      }
    if result.value == nil {
      result.confidence = nil
    } else if result.contradictedBy?.isEmpty == false {
      result.reviewReasons = (result.reviewReasons ?? []) + [Self.clipsDisagree]
    }
    return result
  }

  private func single(
    _ measure: Measure, _ choice: ViewChoice,
    _ value: (BeatGeometry, ClipReport.View) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    var result = StudyReport.Measurement(measure, [choice])
    guard let clip = choice.best, choice.reason == nil else {
      result.withheld = choice.reason ?? .noClipOfView
      return result
    }
    let values = clip.beats.map { beat in
      beat.geometry.map { value($0, clip.view) } ?? .failure(.noFullBeat)
    }
    var numbers = values.map { try? $0.get() }
    if clip.beats.contains(where: { $0.isRead == true }) {
      // The mean of a reader's beat and of beats that nobody read would be neither's.
      numbers = zip(numbers, clip.beats).map { $1.isRead == true ? $0 : nil }
    }
    let isWhole = clip.beats.map { $0.geometry?.excursion?.drift != nil }
    let hasWhole = zip(numbers, isWhole).contains { $0 != nil && $1 }
    if measure.prefersDriftRemoved, hasWhole {
      numbers = zip(numbers, isWhole).map { $1 ? $0 : nil }
    }
    let known = numbers.compactMap { $0 }
    result.beats = numbers
    if known.isEmpty {
      result.withheld = values.compactMap(\.reason).first ?? .noFullBeat
    } else {
      result.value = known.reduce(0, +) / Double(known.count)
      let used = zip(clip.beats, numbers).filter { $0.1 != nil }.map(\.0)
      result.reviewReasons = Self.reviewReasons(used, dependsOnView: measure.dependsOnView)
      if measure.prefersDriftRemoved, !hasWhole { result.reviewReasons?.append(Self.driftNotRemoved) }
    }
    return result
  }

  /// A review reason beside those of the hinge points.
  static let driftNotRemoved = "drift-not-removed"
  /// Another clip of the view gives another annulus or ventricle.
  static let clipsDisagree = "clips-disagree"
  /// Beside `ReviewReason` and `ClipDoubt`, what a number of the study may be reviewed for.
  package static let reviewReasons = [driftNotRemoved, clipsDisagree]

  private func biplane(
    _ measure: Measure, matching chamber: Measure.Chamber,
    _ value: (BeatGeometry, BeatGeometry) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    let choices = [fourChamber, twoChamber]
    let clips = choices.compactMap(\.best)
    var result = StudyReport.Measurement(measure, choices)
    if let reason = choices.compactMap(\.reason).first {
      result.withheld = reason
      return result
    }
    let pair = clips.count == 2 ? BeatPair(clips[0], clips[1], matching: chamber) : nil
    let beats = pair.map { [$0.fourChamber, $0.twoChamber] } ?? []
    let geometries = beats.compactMap(\.geometry)
    guard geometries.count == 2 else {
      result.withheld = .noFullBeat
      return result
    }
    switch value(geometries[0], geometries[1]) {
    case .success(let number):
      result.value = number
      result.reviewReasons = Self.reviewReasons(beats, dependsOnView: measure.dependsOnView)
    case .failure(let reason): result.withheld = reason
    }
    return result
  }

  private func cycles(
    _ measure: Measure, _ value: ([Double]) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    // Time needs no millimetres.
    var result = StudyReport.Measurement(measure, [anyView])
    guard let clip = anyView.best else {
      result.withheld = anyView.reason
      return result
    }
    let lengths = clip.beats.map(\.cycleMilliseconds)
    switch value(lengths.compactMap { $0 }) {
    case .success(let number):
      result.value = number
      result.beats = lengths.map { $0.map { 60_000 / $0 } }
    case .failure(let reason):
      let lacksTimes = clip.frameTimeMilliseconds == nil && !clip.beats.isEmpty
      result.withheld = lacksTimes ? .assumedFrameTime : reason
    }
    return result
  }

  private static func reviewReasons(_ beats: [ClipReport.Beat], dependsOnView: Bool) -> [String] {
    let frames = beats.compactMap(\.geometry).flatMap { [$0.endDiastole, $0.endSystole] }
    let reasons = Set(frames.flatMap(\.reviewReasons))
    return (dependsOnView ? reasons : reasons.subtracting(ClipDoubt.ofTheView)).sorted()
  }
}

extension StudyReport.Measurement {
  /// This measurement by the patient's body surface area.
  fileprivate func divided(by area: Double?, as measure: Measure) -> Self {
    var result = self
    (result.name, result.unit, result.code) = (measure.name, measure.unit, measure.code?.triple)
    (result.modifiers, result.method, result.range) = (measure.modifiers, measure.formula, measure.ranges)
    guard let value else { return result }
    result.value = area.map { value / $0 }
    if area == nil { (result.withheld, result.reviewReasons) = (.noBodySize, nil) }
    return result
  }

  /// What is known of a measure before its value.
  package init(_ measure: Measure, _ choices: [ViewChoice]) {
    let clips = choices.compactMap(\.best)
    self.init(
      name: measure.name, value: nil, unit: measure.unit, code: measure.code?.triple,
      from: clips.map(\.sopInstanceUID), withheld: nil)
    modifiers = measure.modifiers
    method = measure.formula
    range = measure.ranges
    others = choices.flatMap(\.others)
    chosenBy = choices.filter { $0.best != nil }.map(\.chosenBy)
    // Clips of any view need not show the same diameter.
    contradictedBy = measure.dependsOnView ? choices.flatMap(\.contradicting) : []
    viewSource = measure.dependsOnView ? .leastCertain(clips.map(\.view.source)) : nil
    if case .hingePoints = measure.confidence {
      confidence = clips.flatMap(\.measurements).compactMap(\.confidence).min()
    }
  }
}

extension Result where Failure == ReasonCode {
  fileprivate var reason: ReasonCode? {
    if case .failure(let reason) = self { reason } else { nil }
  }
}
