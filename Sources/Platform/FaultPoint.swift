import Glibc

/// Places between two steps of a claim, at any of which the process may end without harm. So that this can be tried
/// out, each of them can be made to pause:
///
///     HINGED_PAUSE_AT=renamed      the first thread that comes there stays there until the process ends
///     HINGED_PAUSE_AT=renamed:2    it goes on after 2 seconds
///     HINGED_PAUSE_AT=renamed:/f   it goes on once there is a file /f
///
/// The log tells that a thread pauses and where; all others go on. Without the variable nothing happens here.
package enum FaultPoint: String, Sendable, CaseIterable {
  /// The claim is in the journal, and no file has moved.
  case claiming
  /// One of its files is in the spool.
  case fileClaimed = "file-claimed"
  /// All of them are, and the journal does not say so.
  case taken
  /// The journal says so.
  case claimed
  /// One file of an archive is unpacked.
  case fileUnpacked = "file-unpacked"
  /// All of them are, and the journal does not say so.
  case boxUnpacked = "box-unpacked"
  /// The journal says so.
  case boxOpened = "box-opened"
  /// The journal says that work has begun.
  case started
  case header
  case decode
  case inference
  case report
  /// One file of the result is staged.
  case fileStaged = "file-staged"
  /// All of them are.
  case staged
  /// The journal says what is about to be published.
  case publishing
  /// The result has appeared in the outbox, and the folder is not synced.
  case renamed
  /// The result is in the outbox, and the journal does not say so.
  case published
  /// The journal says so, and what the end of each file is.
  case concluded
  /// The files are where they end, and the journal does not say so.
  case filed
  /// The journal says so.
  case settled
  /// A book of settled claims is on the disk, without its index, and no journal names it.
  case bookWritten = "book-written"
  /// The journal names it, and the books that it replaced are still there.
  case bookNamed = "book-named"

  /// Those that no claim comes by: the journal is rewritten now and then.
  static let ofBooks: Set<FaultPoint> = [.bookWritten, .bookNamed]
  /// Those that only an archive comes by.
  static let ofBoxes: Set<FaultPoint> = [.fileUnpacked, .boxUnpacked, .boxOpened]

  package func reach() { Self.pause?.reach(self) }

  /// Says in the log that a thread pauses; what follows is the point's name.
  static let announcement = "pausing for a test"

  private static let pause = getenv("HINGED_PAUSE_AT").flatMap { FaultPause(String(cString: $0)) }
}

/// A pause that was asked for, made once.
private final class FaultPause: Sendable {
  let point: FaultPoint
  let end: End
  private let isTaken = Guarded(false)

  enum End: Equatable {
    case never
    case after(seconds: Double)
    case onceThereIs(path: String)
  }

  /// - Parameter text: `point`, `point:seconds` or `point:/path`.
  init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    guard let point = parts.first.flatMap(FaultPoint.init) else { return nil }
    self.point = point
    end = parts.count > 1 ? Self.end(parts[1]) : .never
  }

  private static func end(_ text: String) -> End {
    if text.hasPrefix("/") { return .onceThereIs(path: text) }
    return Double(text).map { .after(seconds: $0) } ?? .never
  }

  func reach(_ point: FaultPoint) {
    guard point == self.point, isFirst() else { return }
    Log().warning(FaultPoint.announcement, ["at": point.rawValue])
    let start = SystemClock.monotonic()
    while !isOver(after: SystemClock.monotonic() - start) { usleep(10_000) }
  }

  private func isOver(after seconds: Double) -> Bool {
    switch end {
    case .never: false
    case .after(let limit): seconds >= limit
    case .onceThereIs(let path): access(path, F_OK) == 0
    }
  }

  private func isFirst() -> Bool {
    isTaken.withLock { isTaken in
      defer { isTaken = true }
      return !isTaken
    }
  }
}
