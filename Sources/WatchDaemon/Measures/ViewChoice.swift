/// Which clip of a view its measures are taken from, and why there may be none.
struct ViewChoice: Sendable, Equatable {
  /// Best first.
  var clips: [ClipReport]
  /// Why a measure of the view is withheld: there is no clip, or the best one cannot be used.
  var reason: ReasonCode?

  var best: ClipReport? { clips.first }
  var others: [String] { clips.dropFirst().map(\.sopInstanceUID) }

  /// The clips that show one of `views`.
  init(_ clips: [ClipReport], views: Set<EchoView>) {
    let looked = clips.filter { $0.status == .measured || $0.status == .indeterminate }
    self.clips = looked.filter { views.contains($0.view.code) }.sorted { Self.rank($0) < Self.rank($1) }
    guard let best else {
      reason = looked.contains { $0.view.code == .apical } ? .viewNotEstablished : .noClipOfView
      return
    }
    if best.spacing == nil {
      reason = best.spacingReason ?? .noCalibration
    } else if best.beats.isEmpty {
      reason = best.reason ?? .noFullBeat
    } else if best.beats.allSatisfy({ $0.geometry == nil }) {
      reason = .earlierVersion
    }
  }

  /// Lowest first: calibrated, beats found, nothing withheld, few things to review, confident, many frames a second;
  /// the UID decides between equals.
  private static func rank(_ clip: ClipReport) -> Rank {
    let measured = clip.measurements.filter { $0.withheld == nil }
    return Rank(
      keys: [
        clip.spacing == nil ? 1 : 0, clip.beats.isEmpty ? 1 : 0, -Double(measured.count),
        Double(clip.measurements.flatMap(\.reviewReasons).count),
        -(measured.compactMap(\.confidence).min() ?? 0), clip.frameTimeMilliseconds ?? .infinity,
      ], uid: clip.sopInstanceUID)
  }

  private struct Rank: Comparable {
    var keys: [Double]
    var uid: String

    static func < (a: Rank, b: Rank) -> Bool {
      for (x, y) in zip(a.keys, b.keys) where x != y { return x < y }
      return a.uid < b.uid
    }
  }
}
