/// The measures of a study, from the results of its clips.
struct StudyMeasures {
  private let fourChamber: ViewChoice
  private let twoChamber: ViewChoice
  private let anyView: ViewChoice

  /// One entry a measure of the table, withheld ones with their reasons; none where no clip was looked at to its
  /// end.
  static func measurements(of clips: [ClipReport]) -> [StudyReport.Measurement] {
    guard clips.contains(where: { $0.status == .measured || $0.status == .indeterminate }) else { return [] }
    let measures = StudyMeasures(clips)
    return MeasureTable.measures.map(measures.measurement)
  }

  private init(_ clips: [ClipReport]) {
    fourChamber = ViewChoice(clips, views: [.a4c])
    twoChamber = ViewChoice(clips, views: [.a2c])
    anyView = ViewChoice(clips, views: [.a4c, .a2c, .apical])
  }

  private func measurement(_ measure: Measure) -> StudyReport.Measurement {
    var result =
      switch measure.origin {
      case .beats(let view, let value): single(measure, view == .a4c ? fourChamber : twoChamber, value)
      case .bothViews(let value): biplane(measure, value)
      case .cycles(let value): cycles(measure, value)
      }
    if result.value == nil { result.confidence = nil }
    return result
  }

  private func single(
    _ measure: Measure, _ choice: ViewChoice,
    _ value: (BeatGeometry, ClipReport.View) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    var result = StudyReport.Measurement(measure, choice.best.map { [$0] } ?? [], others: choice.others)
    guard let clip = choice.best, choice.reason == nil else {
      result.withheld = choice.reason ?? .noClipOfView
      return result
    }
    let values = clip.beats.map { beat in
      beat.geometry.map { value($0, clip.view) } ?? .failure(.noFullBeat)
    }
    var numbers = values.map { try? $0.get() }
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
      result.reviewReasons = Self.reviewReasons(used)
      if measure.prefersDriftRemoved, !hasWhole { result.reviewReasons?.append(Self.driftNotRemoved) }
    }
    return result
  }

  /// A review reason beside those of the hinge points.
  static let driftNotRemoved = "drift-not-removed"

  private func biplane(
    _ measure: Measure, _ value: (BeatGeometry, BeatGeometry) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    let choices = [fourChamber, twoChamber]
    let clips = choices.compactMap(\.best)
    var result = StudyReport.Measurement(measure, clips, others: choices.flatMap(\.others))
    if let reason = choices.compactMap(\.reason).first {
      result.withheld = reason
      return result
    }
    let beats = clips.compactMap { $0.beats.first(where: \.reference) }
    let geometries = beats.compactMap(\.geometry)
    guard geometries.count == 2 else {
      result.withheld = .noFullBeat
      return result
    }
    switch value(geometries[0], geometries[1]) {
    case .success(let number):
      result.value = number
      result.reviewReasons = Self.reviewReasons(beats)
    case .failure(let reason): result.withheld = reason
    }
    return result
  }

  private func cycles(
    _ measure: Measure, _ value: ([Double]) -> Result<Double, ReasonCode>
  ) -> StudyReport.Measurement {
    // Time needs no millimetres.
    var result = StudyReport.Measurement(measure, anyView.best.map { [$0] } ?? [], others: anyView.others)
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

  private static func reviewReasons(_ beats: [ClipReport.Beat]) -> [String] {
    let frames = beats.compactMap(\.geometry).flatMap { [$0.endDiastole, $0.endSystole] }
    return Set(frames.flatMap(\.reviewReasons)).sorted()
  }
}

extension StudyReport.Measurement {
  /// What is known of a measure before its value.
  init(_ measure: Measure, _ clips: [ClipReport], others: [String]) {
    self.init(
      name: measure.name, value: nil, unit: measure.unit, code: measure.code?.triple,
      from: clips.map(\.sopInstanceUID), withheld: nil)
    modifiers = measure.modifiers
    method = measure.formula
    range = measure.ranges
    self.others = others
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
