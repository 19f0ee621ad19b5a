/// What a person is asked to do about a measurement or a study.
package enum Attention: Int, Comparable, Sendable {
  case none
  /// Only the view, which the picture showed, is to be confirmed.
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

/// What makes a whole clip doubtful: a reason for a review of every number that comes from it, beside those of its
/// hinge points (`ReviewReason`).
package enum ClipDoubt: String, CaseIterable, Sendable {
  /// Left and right of the display may be exchanged, and with them septal and lateral, inferior and anterior.
  case mirroredDisplay = "mirrored-display"
  /// Several pictures are side by side. One of them is measured.
  case severalPictures = "several-pictures"
  /// The view is the picture's word alone.
  case viewFromPicture = "view-from-picture"
  /// The picture is sure of another view than the one that is stated.
  case viewDisagrees = "view-disagrees"
  /// No attribute states a possible frame time; what needs time has no number.
  case assumedFrameTime = "assumed-frame-time"
  case framesMissing = "frames-missing"
  case heartRateContradicted = "heart-rate-contradicted"
  case rWavesContradicted = "r-waves-contradicted"
  /// The scale is that of PixelSpacing alone, and the heart is a small or a large one by it.
  case doubtfulScale = "doubtful-scale"
  /// A reader corrected the clip when it showed other pixels.
  case earlierReadersWord = "earlier-readers-word"

  /// Of which view the clip shows: they are none of a number that depends on no view.
  static let ofTheView = [viewFromPicture, viewDisagrees, mirroredDisplay].map(\.rawValue)

  package var words: String {
    switch self {
    case .mirroredDisplay:
      "the picture looks mirrored, so that the two sides of the annulus may be named the wrong way round"
    case .severalPictures: "several pictures stand side by side, of which one is measured"
    case .viewFromPicture:
      "the view is read from the picture: a five-chamber or three-chamber view is not excluded"
    case .viewDisagrees: "the picture looks like another view than the one that is stated"
    case .assumedFrameTime: "the file states no possible frame time, so beats were sought without it"
    case .framesMissing: "frames are missing or damaged"
    case .heartRateContradicted: "the file's heart rate is not that of the picture, which was followed"
    case .rWavesContradicted: "the file's R waves are not those of the picture, which was followed"
    case .doubtfulScale: "the heart's size by the file's pixel spacing is not that of an adult"
    case .earlierReadersWord:
      "a reader corrected an earlier clip of this instance, which showed other pixels; correct it again"
    }
  }
}

extension ClipReport {
  /// Has everything that was measured reviewed, for each reason once.
  package mutating func doubt(_ doubts: [ClipDoubt]) {
    guard !doubts.isEmpty else { return }
    for index in measurements.indices {
      measurements[index].review = true
      measurements[index].reviewReasons.add(doubts)
    }
    for index in beats.indices {
      beats[index].geometry?.endDiastole.reviewReasons.add(doubts)
      beats[index].geometry?.endSystole.reviewReasons.add(doubts)
    }
  }
}

extension [String] {
  fileprivate mutating func add(_ doubts: [ClipDoubt]) {
    for doubt in doubts where !contains(doubt.rawValue) { append(doubt.rawValue) }
  }
}
