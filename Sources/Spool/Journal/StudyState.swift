import Study

/// The state of a claim. A pure state machine: the journal's events are its only input, so that what is replayed
/// after a crash is what was there before it.
package struct StudyState: Sendable, Equatable {
  package enum Phase: Sendable, Equatable {
    /// Intended: each file is still in the inbox or already in the claim's folder.
    case claiming
    /// In the spool, waiting to be processed.
    case claimed
    /// An archive that was taken apart: the files in it have no end yet, each of them.
    case unpacked
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

  package struct Publication: Sendable, Equatable {
    package var revision: PublishedRevision
    /// Digest of the staged `study.json`: by it a result found in the outbox is known as this one.
    package var digest: String
    package var status: StudyReport.Status
    /// By file index.
    package var ends: [Int: InputEnd]
    /// The start that led here does not count any more.
    package var isReleased: Bool?

    package init(
      revision: PublishedRevision, digest: String, status: StudyReport.Status, ends: [Int: InputEnd],
      isReleased: Bool? = nil
    ) {
      self.revision = revision
      self.digest = digest
      self.status = status
      self.ends = ends
      self.isReleased = isReleased
    }
  }

  package struct Conclusion: Sendable, Equatable {
    /// UTC, milliseconds.
    package var at: Int64
    /// `nil` where nothing was to be published.
    package var published: PublishedRevision?
    package var status: StudyReport.Status?
    /// By file index; for the files whose end was open.
    package var ends: [Int: InputEnd]
    /// The operator's command is to be run for it.
    package var isToBeAnnounced = false

    package init(
      at: Int64, published: PublishedRevision? = nil, status: StudyReport.Status? = nil,
      ends: [Int: InputEnd], isToBeAnnounced: Bool = false
    ) {
      self.at = at
      self.published = published
      self.status = status
      self.ends = ends
      self.isToBeAnnounced = isToBeAnnounced
    }
  }

  package struct Failure: Sendable, Equatable {
    package var stage: StudyStage
    package var reason: ReasonCode?
    /// A sentence without paths and without patient data.
    package var detail: String
    /// UTC, milliseconds.
    package var at: Int64

    package init(stage: StudyStage, reason: ReasonCode? = nil, detail: String, at: Int64) {
      self.stage = stage
      self.reason = reason
      self.detail = detail
      self.at = at
    }
  }

  package var claim: Claim
  package var phase = Phase.claiming
  /// Starts that count against the limit.
  package var attempts = 0
  package var lastFailure: Failure?
  package var published: PublishedRevision?
  package var status: StudyReport.Status?
  /// UTC, milliseconds; when the ends were decided.
  package var concludedAt: Int64?
  /// The operator's command is yet to be run for the publication.
  package var isToBeAnnounced = false

  /// Some of its files end in quarantine.
  var hasSetAside: Bool { claim.files.contains { $0.end?.isSetAside == true } }

  package var isActive: Bool {
    switch phase {
    case .claiming, .claimed, .unpacked, .started, .publishing: true
    case .concluded, .settled, .returning, .returned: false
    }
  }

  /// A start that counts, and that nobody has said an end of.
  package var isStarted: Bool {
    switch phase {
    case .started: true
    case .publishing(let publication): publication.isReleased != true
    case .claiming, .claimed, .unpacked, .concluded, .settled, .returning, .returned: false
    }
  }

  /// The end of each file is decided, or a result may have appeared that decides it.
  package var isDecided: Bool {
    if case .publishing = phase { return true }
    return !isActive
  }
}

extension StudyState {
  /// A step that the journal has recorded.
  package enum Event: Sendable, Equatable {
    /// All files are in the spool, but those that were gone when it came to moving them.
    case claimed(missing: [Int])
    /// The archive was taken apart.
    case unpacked
    case started
    /// Files of an inbox that is only read are no longer there as they were; the rest is to be done again.
    case lost([Int])
    /// Stopped through no fault of the study; the start does not count. Whether a result that was about to appear has
    /// appeared is still to be found out.
    case released(Failure?)
    /// Stopped by a fault that may pass; the start counts.
    case failed(Failure)
    case publishing(Publication)
    /// What was about to be published did not come to be.
    case unpublished
    /// `published` is `nil` where nothing was to be published.
    case concluded(Conclusion)
    case settled
    case returning
    case returned
    case announced
  }

  /// The state after an event, or `nil` where the event cannot follow.
  func following(_ event: Event) -> StudyState? {
    var next = self
    switch (event, phase) {
    case (.claimed(let missing), .claiming):
      next.claim.files.removeAll { missing.contains($0.index) }
      next.phase = .claimed
    case (.unpacked, .claimed): next.phase = .unpacked
    case (.started, .claimed), (.started, .started):
      next.attempts += 1
      next.phase = .started
    case (.lost(let missing), .started):
      next.claim.files.removeAll { missing.contains($0.index) }
      next.attempts -= 1
      next.phase = .claimed
    case (.released(let failure), .started):
      next.attempts -= 1
      next.lastFailure = failure ?? lastFailure
      next.phase = .claimed
    case (.released(let failure), .publishing(var publication)):
      guard isStarted else { return nil }
      publication.isReleased = true
      next.attempts -= 1
      next.lastFailure = failure ?? lastFailure
      next.phase = .publishing(publication)
    case (.failed(let failure), .started):
      next.lastFailure = failure
      next.phase = .claimed
    case (.failed(let failure), .publishing): next.lastFailure = failure
    case (.publishing(let publication), .started): next.phase = .publishing(publication)
    case (.unpublished, .publishing): next.phase = .claimed
    case (.concluded(let conclusion), .claimed), (.concluded(let conclusion), .unpacked),
      (.concluded(let conclusion), .started),
      (.concluded(let conclusion), .publishing):
      guard next.conclude(conclusion) else { return nil }
    case (.settled, .concluded): next.phase = .settled
    case (.returning, .settled): next.phase = .returning
    case (.returned, .returning): next.phase = .returned
    case (.announced, _): next.isToBeAnnounced = false
    default: return nil
    }
    return next
  }

  /// - Returns: Whether every file has an end now.
  private mutating func conclude(_ conclusion: Conclusion) -> Bool {
    for index in claim.files.indices {
      claim.files[index].end = claim.files[index].end ?? conclusion.ends[claim.files[index].index]
    }
    published = conclusion.published
    status = conclusion.status
    concludedAt = conclusion.at
    isToBeAnnounced = conclusion.isToBeAnnounced
    phase = .concluded
    return claim.files.allSatisfy { $0.end != nil }
  }
}

extension StudyState.Phase {
  /// The case's name, for people.
  package var name: String { caseName(of: self) }
}

extension StudyState.Event {
  package var name: String { caseName(of: self) }
}

private func caseName(of value: Any) -> String {
  Mirror(reflecting: value).children.first?.label ?? String(describing: value)
}
