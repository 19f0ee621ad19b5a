import Study

/// Studies with a measured clip, by what is known of its view; each counts once, by the clip of which least is known.
package struct ViewTally: Codable, Sendable, Equatable {
  package var stated = 0
  package var picture = 0
  package var unknown = 0

  package init(stated: Int = 0, picture: Int = 0, unknown: Int = 0) {
    self.stated = stated
    self.picture = picture
    self.unknown = unknown
  }

  package mutating func add(_ entry: OutboxEntry) {
    if entry.hasUnknownView {
      unknown += 1
    } else if entry.hasViewFromPicture {
      picture += 1
    } else if entry.views?.isEmpty == false {
      stated += 1
    }
  }

  /// By name, for programs.
  package var counts: [(name: String, count: Int)] {
    [("stated", stated), ("picture", picture), ("unknown", unknown)]
  }
}

/// What readers did with the clips of all studies, by view.
package struct ReadingSums: Sendable, Equatable {
  package private(set) var byView: [EchoView: ViewReading] = [:]

  package init(_ readings: [ViewReading] = []) { for reading in readings { add(reading) } }

  package mutating func add(_ entry: OutboxEntry) { for reading in entry.readings ?? [] { add(reading) } }

  private mutating func add(_ reading: ViewReading) {
    byView[reading.view] = byView[reading.view].map { $0 + reading } ?? reading
  }
}
