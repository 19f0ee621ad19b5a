/// Studies with a measured clip, by what is known of its view; each counts once, by the clip of which least is known.
struct ViewTally: Codable, Sendable, Equatable {
  var stated = 0
  var picture = 0
  var unknown = 0

  mutating func add(_ entry: OutboxEntry) {
    if entry.hasUnknownView {
      unknown += 1
    } else if entry.hasViewFromPicture {
      picture += 1
    } else if entry.views?.isEmpty == false {
      stated += 1
    }
  }

  /// By name, for programs.
  var counts: [(name: String, count: Int)] {
    [("stated", stated), ("picture", picture), ("unknown", unknown)]
  }
}
