/// Asked before each frame whether the work on it may begin, so that nobody waits for the end of a long clip.
struct Checkpoint: Sendable {
  /// What is done with the frame.
  enum Step: Sendable { case decoding, inference }

  /// The work ends where it is, and what it found so far counts for nothing. Whoever asked for that knows why.
  struct Stop: Error, Equatable {}

  /// Called by one thread at a time.
  let mayGoOn: @Sendable (Step) -> Bool

  /// Nobody ever asks for an end.
  static let none = Checkpoint { _ in true }

  func pass(_ step: Step) throws(Stop) { if !mayGoOn(step) { throw Stop() } }
}
