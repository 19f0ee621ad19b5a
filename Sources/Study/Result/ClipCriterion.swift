/// What one clip of a view is chosen by before another, in the order in which it is asked.
package enum ClipCriterion: String, Codable, Sendable, CaseIterable {
  case calibrated
  case hasBeats = "has-beats"
  /// A reader accepted it, or set its points.
  case read
  /// Fewest measurements that are missing or withheld.
  case trusted
  /// Somebody stated the view; of the other clip the picture says it.
  case statedView = "stated-view"
  /// The picture is surer of the view.
  case viewProbability = "view-probability"
  case confidence
  /// The longer ventricle: a shorter one is foreshortened.
  case length
  case beats
  /// Fewest reasons for a review.
  case reviews
  case frameRate = "frame-rate"
  /// Nothing tells them apart; the SOPInstanceUID decides.
  case equal

  /// After "chosen ".
  package var words: String {
    switch self {
    case .calibrated: "for its calibration"
    case .hasBeats: "for its beats"
    case .read: "since a reader read it"
    case .trusted: "for its trusted measurements"
    case .statedView: "since its view is stated"
    case .viewProbability: "for the probability of its view"
    case .confidence: "for its confidence"
    case .length: "for the longer ventricle"
    case .beats: "for more beats"
    case .reviews: "for fewer reasons to review it"
    case .frameRate: "for more frames a second"
    case .equal: "among equals"
    }
  }
}

extension ClipReport.View.Source {
  /// Who decides before whom where several say something.
  private static let precedence: [Self] = [.operator, .rule, .reader, .tag, .picture, .model, .none]

  /// The one that decides last.
  package static func leastCertain(_ sources: some Sequence<Self>) -> Self? {
    let all = Set(sources)
    return precedence.last { all.contains($0) }
  }

  /// Those that say which view it is.
  static let namingAView = allCases.filter { $0.isStatement || $0 == .picture }

  /// Whether a person, a rule or the file says so.
  package var isStatement: Bool { self != .picture && self != .model && self != .none }
}
