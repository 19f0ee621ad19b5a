/// Which troubles there are, and since when: from what is wrong now to what starts and what ends. Pure. It is kept in
/// the spool, so that a restart in the middle of a trouble neither tells of it a second time nor forgets its end.
struct TroubleWatch: Codable, Sendable, Equatable {
  struct Open: Codable, Sendable, Equatable {
    var trouble: Trouble
    /// UTC, milliseconds.
    var since: Int64
    /// An earlier process saw it, and this one has not yet.
    var isInherited = false
  }

  enum Edge: Sendable, Equatable {
    case start(Trouble)
    /// As it was when it was last seen, and how many seconds it lasted.
    case end(Trouble, seconds: Double)
  }

  /// By the trouble's name.
  private(set) var open: [String: Open] = [:]

  /// Takes in what is wrong now.
  /// - Parameters:
  ///   - time: UTC, milliseconds.
  ///   - hasLooked: The process has run long enough to have met again what an earlier one met. Until then what that
  ///     one saw last is not over for not being seen.
  mutating func update(_ troubles: [Trouble], at time: Int64, hasLooked: Bool = true) -> [Edge] {
    var edges: [Edge] = []
    let seen = Set(troubles.map(\.name.rawValue))
    for (name, last) in open.sorted(by: { $0.key < $1.key })
    where !seen.contains(name) && (hasLooked || !last.isInherited) {
      open[name] = nil
      edges.append(.end(last.trouble, seconds: max(0, Double(time - last.since) / 1000)))
    }
    for trouble in troubles {
      let name = trouble.name.rawValue
      if let since = open[name]?.since {
        open[name] = Open(trouble: trouble, since: since)
      } else {
        open[name] = Open(trouble: trouble, since: time)
        edges.append(.start(trouble))
      }
    }
    return edges
  }

  /// As the next process finds it.
  var inherited: TroubleWatch {
    var watch = self
    watch.open = open.mapValues { Open(trouble: $0.trouble, since: $0.since, isInherited: true) }
    return watch
  }
}
