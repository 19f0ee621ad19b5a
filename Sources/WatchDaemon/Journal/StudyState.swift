/// Where a claim stands. A pure state machine: the journal's events are its only input, so that what is replayed
/// after a crash is what was there before it.
struct StudyState: Codable, Sendable, Equatable {
  enum Phase: Codable, Sendable, Equatable {
    /// Intended: each file is still in the inbox or already in the claim's folder.
    case claiming
    /// In the spool, waiting to be processed.
    case claimed
    /// In work. Found at start, it means that a process died over it.
    case started
    /// A result is about to appear in the outbox, or has appeared.
    case publishing(Publication)
    /// The end of each file is decided; the files are on their way there.
    case concluded
    /// Every file is where it ends.
    case settled
    /// An operator asked for it again: the files are on their way back to the inbox.
    case returning
    /// The files are back in the inbox; this claim speaks for them no more.
    case returned
  }

  struct Publication: Codable, Sendable, Equatable {
    var revision: PublishedRevision
    /// Digest of the staged `study.json`: by it a result found in the outbox is known as this one.
    var digest: String
    var status: StudyReport.Status
    /// By file index.
    var ends: [Int: InputEnd]
  }

  struct Failure: Codable, Sendable, Equatable {
    var stage: StudyStage
    var reason: ReasonCode?
    /// A sentence without paths and without patient data.
    var detail: String
    /// UTC, milliseconds.
    var at: Int64
  }

  var claim: Claim
  var phase = Phase.claiming
  /// Starts that count against the limit.
  var attempts = 0
  var lastFailure: Failure?
  var published: PublishedRevision?
  var status: StudyReport.Status?
  /// UTC, milliseconds; when the ends were decided.
  var concludedAt: Int64?
  /// The operator's command has been told of the publication.
  var isAnnounced = false

  var isActive: Bool {
    switch phase {
    case .claiming, .claimed, .started, .publishing: true
    case .concluded, .settled, .returning, .returned: false
    }
  }
}

/// The stages of a study's walk, each with a deadline of its own.
enum StudyStage: String, Codable, Sendable, CaseIterable {
  case claim, header, decode, inference, report, publish, settle
}

extension StudyState {
  /// A step that the journal has recorded.
  enum Event: Codable, Sendable, Equatable {
    /// All files are in the spool, but those that were gone when it came to moving them.
    case claimed(missing: [Int])
    case started
    /// Stopped through no fault of the study; the start does not count.
    case released(Failure?)
    /// Stopped by a fault that may pass; the start counts.
    case failed(Failure)
    case publishing(Publication)
    /// What was about to be published did not come to be.
    case unpublished
    /// `published` is `nil` where nothing was to be published.
    case concluded(at: Int64, published: PublishedRevision?, status: StudyReport.Status?, ends: [Int: InputEnd])
    case settled
    case returning
    case returned
    case announced
  }

  mutating func apply(_ event: Event) {
    switch (event, phase) {
    case (.claimed(let missing), .claiming):
      claim.files.removeAll { missing.contains($0.index) }
      phase = .claimed
    case (.started, .claimed), (.started, .started):
      attempts += 1
      phase = .started
    case (.released(let failure), .started):
      attempts -= 1
      lastFailure = failure ?? lastFailure
      phase = .claimed
    case (.failed(let failure), .started):
      lastFailure = failure
      phase = .claimed
    case (.publishing(let publication), .started):
      phase = .publishing(publication)
    case (.unpublished, .publishing):
      phase = .claimed
    case (.concluded(let at, let revision, let status, let ends), .claimed),
      (.concluded(let at, let revision, let status, let ends), .started),
      (.concluded(let at, let revision, let status, let ends), .publishing):
      conclude(at: at, published: revision, status: status, ends: ends)
    case (.settled, .concluded): phase = .settled
    case (.returning, .settled): phase = .returning
    case (.returned, .returning): phase = .returned
    case (.announced, _): isAnnounced = true
    default:
      preconditionFailure("claim \(claim.id) cannot go by \(event.name) from \(phase.name)")
    }
  }

  private mutating func conclude(
    at time: Int64, published: PublishedRevision?, status: StudyReport.Status?, ends: [Int: InputEnd]
  ) {
    for index in claim.files.indices {
      claim.files[index].end = claim.files[index].end ?? ends[claim.files[index].index]
    }
    precondition(claim.files.allSatisfy { $0.end != nil }, "claim \(claim.id) is concluded with a file left open")
    self.published = published
    self.status = status
    concludedAt = time
    phase = .concluded
  }

  /// Whether the event may follow; for judging a journal before it is believed.
  func allows(_ event: Event) -> Bool {
    switch (event, phase) {
    case (.claimed, .claiming), (.started, .claimed), (.started, .started), (.released, .started),
      (.failed, .started), (.publishing, .started), (.unpublished, .publishing), (.settled, .concluded),
      (.returning, .settled), (.returned, .returning), (.announced, _):
      true
    case (.concluded(_, _, _, let ends), .claimed), (.concluded(_, _, _, let ends), .started),
      (.concluded(_, _, _, let ends), .publishing):
      claim.files.allSatisfy { $0.end != nil || ends[$0.index] != nil }
    default: false
    }
  }
}

extension StudyState.Phase {
  /// The case's name, for people.
  var name: String { caseName(of: self) }
}

extension StudyState.Event {
  var name: String { caseName(of: self) }
}

private func caseName(of value: Any) -> String {
  let text = String(describing: value)
  return String(text.prefix { $0 != "(" })
}
