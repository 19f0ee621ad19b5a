import Platform
import Study

/// What is wrong, from what the daemon knows: each trouble once, with its remedy. Pure.
extension StatusSnapshot {
  /// - Parameter now: UTC, milliseconds.
  func troubles(now: Int64) -> [Trouble] {
    [
      inboxTrouble(now), foldersTrouble, placeTrouble(.outboxUnusable, .outbox),
      placeTrouble(.spoolUnusable, .spool),
      pauseTrouble, strandedTrouble, notReadTrouble, putOffTrouble, stuckTrouble(now), deliveryTrouble,
      commandTrouble, heldTrouble, quarantineTrouble, configurationTrouble, clockTrouble, indexTrouble,
      metricsTrouble, journalTrouble, sumsTrouble,
    ]
    .compactMap { $0 }
  }

  private func inboxTrouble(_ now: Int64) -> Trouble? {
    if !inbox.isReachable, inbox.isShareMissing {
      return Trouble(
        .inboxUnusable, "the inbox cannot be read: its share is not mounted",
        "mount it; if it is to have none any more, remove inbox-mount from the spool and restart the daemon")
    }
    if !inbox.isReachable || health.unusable[FileError.Place.inbox.rawValue] != nil {
      let why = inbox.failure ?? health.unusable[FileError.Place.inbox.rawValue] ?? "it does not answer"
      return Trouble(
        .inboxUnusable, "the inbox cannot be read: \(why)", "mount it, or let the daemon's user read it")
    }
    guard let lastScan = inbox.lastScan, phase == .running else { return nil }
    let silence = Double(now - lastScan) / 1000
    // A scan of a large inbox takes its time; one of a share that hangs takes for ever.
    guard silence > Self.longestSilenceSeconds + 3 * scanSeconds + 0.01 * inbox.scanMilliseconds else {
      return nil
    }
    return Trouble(
      .inboxUnusable, "the inbox cannot be read: no scan of it has ended for \(DaemonStatus.age(silence))",
      "see whether its share answers")
  }

  /// Beside the time that scans take.
  static let longestSilenceSeconds = 60.0

  private var foldersTrouble: Trouble? {
    guard inbox.unreadableFolders > 0 else { return nil }
    return Trouble(
      .inboxFolders, "\(Plural.of(inbox.unreadableFolders, "folder")) of the inbox cannot be read",
      "let the daemon's user read and enter them")
  }

  private func placeTrouble(_ name: Trouble.Name, _ place: FileError.Place) -> Trouble? {
    health.unusable[place.rawValue].map { why in
      let remedy =
        why == PlaceProbe.missingShare
        ? "mount it; if it is to have none any more, remove outbox-mount from the spool and restart the daemon"
        : "mount it or put it back, and let the daemon's user read and write it"
      return Trouble(name, "the \(place.rawValue) cannot be used: \(why)", remedy)
    }
  }

  private var pauseTrouble: Trouble? {
    pause.map {
      Trouble(.intakePaused, "intake pauses: \($0)", "free space there; it then goes on by itself")
    }
  }

  private var strandedTrouble: Trouble? {
    Self.list(stranded).map {
      Trouble(
        .claimsNotTaken, "\(Plural.of($0.count, "claim")) cannot be taken: \($0.text)",
        "hinged explain with a claim's name from the log tells which files; they are tried again by themselves"
      )
    }
  }

  private var notReadTrouble: Trouble? {
    Self.list(health.notRead).map {
      Trouble(
        .filesNotRead, "\(Plural.of($0.count, "file")) of the inbox cannot be read: \($0.text)",
        "mend the disk, the share or the limit that it names; they are tried again by themselves")
    }
  }

  private var putOffTrouble: Trouble? {
    Self.list(health.putOff).map {
      Trouble(
        .attemptsPutOff, "the last attempt on \(Plural.of($0.count, "claim")) was put off: \($0.text)",
        "mend the disk, the share or the limit that it names; they are tried again by themselves")
    }
  }

  private func stuckTrouble(_ now: Int64) -> Trouble? {
    let remedy = "hinged explain tells its stage, and the log its failures; restart the daemon if it stays so"
    if health.stuck > 0 {
      return Trouble(
        .studyStuck, "\(Plural.of(health.stuck, "study")) in work gives no sign of life", remedy)
    }
    let seconds = health.oldestUnfinished.map { Double(now - $0) / 1000 } ?? 0
    guard seconds > max(Self.longestUnfinishedSeconds, 4 * stageSeconds) else { return nil }
    return Trouble(
      .studyStuck, "a claimed study is unfinished for \(DaemonStatus.age(seconds))", remedy)
  }

  private static let longestUnfinishedSeconds = 3600.0

  private var deliveryTrouble: Trouble? {
    health.deliveries.map {
      Trouble(
        .deliveryFails, "the command of on_published fails for \(Plural.of($0.count, "result")): \($0.text)",
        "run it by hand with a study's folder of the outbox and mend it; it is tried again by itself")
    }
  }

  private var commandTrouble: Trouble? {
    health.notices.map {
      Trouble(
        .troubleCommandFails,
        "the command of on_trouble has not taken \(Plural.of($0.count, "message")): \($0.text)",
        "run it by hand and mend it; it is tried again by itself")
    }
  }

  private var heldTrouble: Trouble? {
    guard health.held > 0 else { return nil }
    return Trouble(
      .filesHeld, "\(Plural.of(health.held, "file")) held for a person to decide",
      "hinged explain STUDY --show-paths tells why; correct or remove them and hinged requeue STUDY, or hinged status "
        + "--acknowledge to leave them")
  }

  private var quarantineTrouble: Trouble? {
    Self.list(health.quarantined).map {
      Trouble(
        .filesQuarantined, "\(Plural.of($0.count, "file")) set aside in quarantine: \($0.text)",
        "reason.json in the folders under spool/quarantine tells more; hinged requeue STUDY once it is mended, or hinged "
          + "status --acknowledge")
    }
  }

  private var configurationTrouble: Trouble? {
    health.configuration.map {
      Trouble(
        .configurationBad, "the configuration on the disk is not in force: \($0)",
        "hinged check-config tells all faults; then reload the daemon, or restart it")
    }
  }

  private var clockTrouble: Trouble? {
    health.clockJump.map { jump in
      let direction = jump.seconds < 0 ? "back" : "forward"
      return Trouble(
        .clockJumped,
        "the clock was set \(direction) by \(DaemonStatus.age(abs(jump.seconds))) at "
          + UTCTime(milliseconds: jump.at).iso8601,
        "see that time synchronisation runs (timedatectl); times of results before it may be wrong")
    }
  }

  private var indexTrouble: Trouble? {
    health.index.map {
      Trouble(
        .indexBehind, "the outbox's index is not up to date: \($0)",
        "mend what it names; it is then brought up to date by itself")
    }
  }

  private var metricsTrouble: Trouble? {
    health.metrics.map {
      Trouble(
        .metricsNotWritten, "the metrics file is not written: \($0)",
        "let the daemon's user write into its folder")
    }
  }

  private var journalTrouble: Trouble? {
    health.journal.map {
      Trouble(
        .journalGrows, "the journal grows, since it cannot be rewritten: \($0)",
        "mend the disk or put a copy of the spool back, for a damaged book of settled claims keeps the next start from "
          + "succeeding; it is tried again by itself")
    }
  }

  private var sumsTrouble: Trouble? {
    health.sumsReconcile
      ? nil
      : Trouble(
        .sumsDiffer, "the sums of the files do not reconcile",
        "keep a copy of the spool's journal and report a fault of the program")
  }

  /// Counts by why, as one number and one phrase.
  private static func list(_ counts: [String: Int]) -> (count: Int, text: String)? {
    if counts.isEmpty { return nil }
    let sorted = counts.sorted { $0.key < $1.key }
    let text = sorted.map { counts.count == 1 ? $0.key : "\($0.key) (\($0.value))" }.joined(separator: ", ")
    return (counts.values.reduce(0, +), text)
  }
}
