/// What a person is asked to do about a measurement or a study.
package enum Attention: Int, Comparable, Sendable {
  case none
  /// Only the view, which the picture told, is to be confirmed.
  case confirm
  case review

  /// - Parameter reasons: for a review.
  package init(_ reasons: some Collection<String>) {
    if reasons.isEmpty {
      self = .none
    } else {
      self = reasons.allSatisfy { $0 == ClipDoubt.viewFromPicture.rawValue } ? .confirm : .review
    }
  }

  package static func < (a: Attention, b: Attention) -> Bool { a.rawValue < b.rawValue }

  /// `nil` where nothing is to be done.
  package var words: String? {
    switch self {
    case .none: nil
    case .confirm: "to be confirmed"
    case .review: "to be reviewed"
    }
  }
}
