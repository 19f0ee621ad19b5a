/// Asked before each frame whether the work on it may begin, so that nobody waits for the end of a long clip.
package struct Checkpoint: Sendable {
  /// What is done with the frame.
  package enum Step: Sendable { case decoding, inference }

  /// The work ends where it is, and what it found so far counts for nothing. Whoever asked for that knows why.
  package struct Stop: Error, Equatable {}

  /// Called by one thread at a time.
  package let mayGoOn: @Sendable (Step) -> Bool

  package init(mayGoOn: @escaping @Sendable (Step) -> Bool) {
    self.mayGoOn = mayGoOn
  }

  /// Nobody ever asks for an end.
  package static let none = Checkpoint { _ in true }

  package func pass(_ step: Step) throws(Stop) { if !mayGoOn(step) { throw Stop() } }
}
