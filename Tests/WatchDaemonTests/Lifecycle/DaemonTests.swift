import Glibc
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Reports
@testable import Spool
@testable import WatchDaemon

@Suite(.serialized) struct DaemonTests {
  @Test func studiesOfMixedFoldersArePublishedOnceEach() async throws {
    let bench = try DaemonBench { $0.quietSeconds = 1 }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try bench.drop(study: "1.3", instance: "1.3.1", as: "a/IM2")
    try bench.drop(study: "1.2", instance: "1.2.2", as: "b/c/IM1")
    try bench.drop("viewer program", as: "AUTORUN.INF")
    try await bench.wait("both are published") {
      bench.published == ["1.2", "1.3"] && bench.isIdle && bench.sums().taken == 4
    }
    #expect(try bench.result("1.2").contains("1.2.1") && bench.result("1.2").contains("1.2.2"))
    try bench.checkNothingLost(
      dropped: [
        Fake.file(study: "1.2", instance: "1.2.1"), Fake.file(study: "1.3", instance: "1.3.1"),
        Fake.file(study: "1.2", instance: "1.2.2"), "viewer program",
      ])
    try await bench.stop()
  }

  @Test func fileThatIsCopiedSlowlyIsTakenWhole() async throws {
    let bench = try DaemonBench()
    try bench.start()
    let text = Fake.file(study: "1.2", instance: "1.2.1", content: String(repeating: "y", count: 200))
    let descriptor = try Descriptor.open(
      bench.folder.path + "/in/slow", O_WRONLY | O_CREAT | O_TRUNC, .inbox)
    for piece in Array(text.utf8).chunked(by: 30) {
      try descriptor.write(piece, .inbox)
      try await Task.sleep(for: .milliseconds(150))
    }
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    try bench.checkNothingLost(dropped: [text])
    try await bench.stop()
  }

  @Test func lateFileMakesARevisionThatKeepsTheFirst() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    try bench.drop(study: "1.2", instance: "1.2.2", as: "IM2")
    try await bench.wait("the revision is published") {
      bench.published == ["1.2", "1.2.r2"] && bench.isIdle
    }
    #expect(try bench.result("1.2.r2").hasPrefix("revision 2\n1.2.1 kept\n1.2.2 FAKE"))
    #expect(try bench.result("1.2").hasPrefix("revision 1\n1.2.1 FAKE"))
    try await bench.stop()
  }

  @Test func studyThatIsDroppedTwiceIsPublishedOnce() async throws {
    let bench = try DaemonBench()
    try bench.start()
    let text = Fake.file(study: "1.2", instance: "1.2.1")
    for name in ["first", "again"] {
      try bench.drop(text, as: name)
      try await bench.wait("it is settled") {
        bench.isIdle && bench.sums().taken == (name == "first" ? 1 : 2)
      }
    }
    #expect(bench.published == ["1.2"])
    #expect(bench.sums().count(.ignored) == 1)
    try bench.checkNothingLost(dropped: [text, text])
    try await bench.stop()
  }

  @Test func restartGoesOnWhereTheDaemonStopped() async throws {
    let bench = try DaemonBench()
    bench.processor.hook.withLock {
      $0 = { _, context throws(StudyFailure) in
        while true {
          try context.checkpoint()
          usleep(1000)
        }
      }
    }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "IM1")
    try await bench.wait("it is in work") { !bench.processor.begun.withLock { $0.isEmpty } }
    try await bench.stop()
    #expect(bench.published.isEmpty)
    #expect(try bench.folder.files(below: "spool/claimed").count == 1)
    #expect(try bench.folder.files(below: "out/.staging").isEmpty)
    bench.processor.hook.withLock { $0 = { _, _ in } }
    try bench.start()
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    #expect(bench.daemon?.store.state(of: 1)?.attempts == 1)
    let studies = bench.processor.begun.withLock { $0 }
    #expect(studies.count == 2 && studies[0] == studies[1])
    try bench.checkNothingLost(dropped: [Fake.file(study: "1.2", instance: "1.2.1")])
    try await bench.stop()
  }

  @Test func studyThatKeepsFailingIsQuarantinedAndTheOthersGoOn() async throws {
    let bench = try DaemonBench { $0.attempts = 1 }
    bench.processor.hook.withLock {
      $0 = { study, _ throws(StudyFailure) in
        if study.uid == "1.2" {
          throw StudyFailure(.transient, .decode, .decoderCrashed, detail: "It crashed.")
        }
      }
    }
    try bench.start()
    let texts = ["1.2", "1.3"].map { Fake.file(study: $0, instance: $0 + ".1") }
    for (index, text) in texts.enumerated() { try bench.drop(text, as: "IM\(index)") }
    try await bench.wait("both are settled") { bench.isIdle && bench.sums().taken == 2 }
    #expect(bench.published == ["1.3"] && bench.sums().count(.quarantined) == 1)
    let reason = try #require(
      try bench.folder.files(below: "spool/quarantine").first { $0.hasSuffix("reason.json") })
    #expect(try bench.folder.text(of: reason).contains("decoder-crashed"))
    try bench.checkNothingLost(dropped: texts)
    try await bench.stop()
  }

  @Test func filesOfTwoPatientsUnderOneStudyAreHeld() async throws {
    let bench = try DaemonBench()
    try bench.start()
    let texts = ["P", "Q"].map { Fake.file(study: "1.2", instance: "1.2.\($0 == "P" ? 1 : 2)", patient: $0) }
    for (index, text) in texts.enumerated() { try bench.drop(text, as: "IM\(index)") }
    try await bench.wait("they are settled") { bench.isIdle && bench.sums().taken == 2 }
    #expect(bench.published.isEmpty && bench.sums().count(.held) == 2)
    try bench.checkNothingLost(dropped: texts)
    try await bench.stop()
  }

  @Test func inboxThatIsOnlyReadIsLeftAsItWas() async throws {
    let bench = try DaemonBench { $0.intake = .leave }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try bench.drop("text", as: "readme")
    try await bench.wait("it is published") {
      bench.published == ["1.2"] && bench.isIdle && bench.sums().taken == 2
    }
    try await bench.stop()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.2", as: "a/IM2")
    try await bench.wait("the revision is published") {
      bench.published == ["1.2", "1.2.r2"] && bench.isIdle
    }
    #expect(bench.sums().taken == 3)
    #expect(try bench.folder.files(below: "in") == ["in/a/IM1", "in/a/IM2", "in/readme"])
    #expect(try bench.folder.files(below: "spool/done").isEmpty)
    try await bench.stop()
  }

  @Test func shareThatGoesAwayUnderTheWorkAndComesBackAsItWasLosesNoStudy() async throws {
    let bench = try DaemonBench { $0.intake = .leave }
    let (place, away) = (bench.folder.path + "/in/a", bench.folder.path + "/away")
    let turns = Guarded(0)
    bench.processor.hook.withLock {
      $0 = { _, _ in
        let turn = turns.withLock { turns -> Int in
          turns += 1
          return turns
        }
        // Its one file is read by then.
        if turn == 2 { rename(place, away) }
      }
    }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("the claim is at its end") { turns.withLock { $0 } == 2 && bench.isIdle }
    #expect(bench.published.isEmpty && bench.lines.text.contains("changed or went away"))
    rename(away, place)
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    try await bench.stop()
  }

  @Test func retentionMakesNothingNewOfAnInboxThatIsOnlyRead() async throws {
    let bench = try DaemonBench { $0.intake = .leave }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    bench.daemon?.claims.purge(before: .max)
    try await bench.stop()
    try bench.start()
    try bench.drop(study: "1.3", instance: "1.3.1", as: "a/IM2")
    try await bench.wait("the new one is published") { bench.published.contains("1.3") && bench.isIdle }
    #expect(bench.published == ["1.2", "1.3"] && bench.sums().taken == 2)
    try await bench.stop()
  }

  @Test func retentionTakesProcessedInputsWithTheirFoldersAndLeavesQuarantine() async throws {
    let bench = try DaemonBench { $0.quietSeconds = 1 }
    bench.processor.ends.withLock { $0["1.2.2"] = InputEnd(state: .quarantined, reason: .corrupt) }
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try bench.drop(study: "1.2", instance: "1.2.2", as: "a/IM2")
    try bench.drop(study: "1.3", instance: "1.3.1", as: "b/IM1")
    try await bench.wait("both are published") {
      bench.published == ["1.2", "1.3"] && bench.isIdle && bench.sums().taken == 3
    }
    let first = try #require(bench.daemon?.store.history(of: "1.2").inputs.first?.claim)
    bench.daemon?.claims.purge(before: first.firstSeenAt)
    try await bench.wait("it was looked for inputs") { bench.daemon?.claims.isIdle == true }
    #expect(try bench.folder.files(below: "spool/done").count == 2)
    bench.daemon?.claims.purge(before: .max)
    let done = bench.folder.path + "/spool/done"
    try await bench.wait("the inputs are gone") { try Files.names(in: done, .done).isEmpty }
    try await bench.wait("the journal says so") { bench.daemon?.claims.isIdle == true }
    let kept = try bench.folder.files(below: "spool/quarantine")
    #expect(kept.count == 2 && bench.sums().taken == 3)
    #expect(bench.daemon?.store.state(of: first.id)?.claim.files.count == 2)
    try await bench.stop()
  }

  @Test func aStudyThatIsFinishedIsPublishedThoughTheDaemonIsToldToStop() async throws {
    let bench = try DaemonBench()
    let daemon = Guarded<Daemon?>(nil)
    bench.processor.atEnd.withLock {
      $0 = { context in
        daemon.withLock { $0 }?.terminate()
        while context.reasonToEnd() == nil { usleep(1_000) }
      }
    }
    try bench.start()
    daemon.withLock { $0 = bench.daemon }
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("the daemon stops") { bench.lines.text.contains("stopped") }
    #expect(bench.published == ["1.2"], "\(bench.lines.text)")
    let journal = try StudyJournal.read(bench.folder.path + "/spool/journal")
    #expect(journal.state(of: 1)?.published?.number == 1)
  }

  @Test func retentionForgetsWhatWasGivenBackAndKeepsItsRevision() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    bench.daemon?.flow.giveBack(1)
    try await bench.wait("it is published anew") { bench.published == ["1.2", "1.2.r2"] && bench.isIdle }
    let store = try #require(bench.daemon?.store)
    #expect(store.state(of: 1)?.phase == .returned && store.read { $0.returned(before: 0) } == [])
    bench.daemon?.claims.purge(before: .max)
    try await bench.wait("all is forgotten") { store.read { $0.count } == 0 }
    #expect(store.history(of: "1.2").lastRevision?.number == 2 && bench.sums().reconciles)
    #expect(bench.sums().taken == 1)
    try await bench.stop()
  }

  @Test func everyStageOfAStudyIsInTheMetrics() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    let daemon = try #require(bench.daemon)
    for stage in ["decode", "report", "publish", "settle"] {
      try await bench.wait("\(stage) is in the metrics") {
        daemon.metrics.counted.text(.init(), version: "test")
          .contains("hinged_stage_duration_seconds_count{stage=\"\(stage)\"} ")
      }
    }
    try await bench.stop()
  }

  @Test func whatIsRequeuedIsProcessedAnew() async throws {
    let bench = try DaemonBench()
    bench.processor.hook.withLock {
      $0 = { _, _ throws(StudyFailure) in
        throw StudyFailure(.permanent, .decode, .corrupt, detail: "It is broken.")
      }
    }
    try bench.start()
    let text = Fake.file(study: "1.2", instance: "1.2.1")
    try bench.drop(text, as: "a/IM1")
    try await bench.wait("it is quarantined") { bench.isIdle && bench.sums().count(.quarantined) == 1 }
    bench.processor.hook.withLock { $0 = { _, _ in } }
    bench.daemon?.flow.giveBack(1)
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    #expect(bench.sums().taken == 1 && bench.sums().count(.quarantined) == 0)
    let names = bench.processor.begun.withLock { $0.last?.inputs.map(\.names) }
    #expect(names == [["a/IM1", "requeued-c1/a/IM1"]])
    try await bench.stop()
  }

  @Test func folderWhoseNameIsNoTextIsRequeued() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "M\u{F7DC}LLER/IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    bench.daemon?.flow.giveBack(1)
    try await bench.wait("it is published anew") { bench.published == ["1.2", "1.2.r2"] && bench.isIdle }
    #expect(bench.sums().taken == 1 && bench.sums().count(.used) == 1)
    try await bench.stop()
  }

  @Test func requestToRequeueStaysUntilTheJournalHasIt() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2", instance: "1.2.1", as: "a/IM1")
    try await bench.wait("it is published") { bench.published == ["1.2"] && bench.isIdle }
    let daemon = try #require(bench.daemon)
    let request = daemon.spool.requests + "/1" + RequeueRequest.suffix
    // It cannot be read now.
    symlink(request, request)
    for _ in 0..<3 { daemon.control.sync { daemon.requests.tick() } }
    #expect(try Files.exists(request, .spool))
    #expect(bench.lines.text.ranges(of: "a request of hinged requeue waits").count == 1)
    unlink(request)
    try RequeueRequest(claims: [1, 1, 77]).leave(in: daemon.spool)
    daemon.control.sync { daemon.requests.tick() }
    try await bench.wait("it is published anew") {
      try bench.published == ["1.2", "1.2.r2"] && bench.isIdle
        && Files.names(in: daemon.spool.requests, .spool).isEmpty
    }
    #expect(bench.sums().taken == 1)
    try await bench.stop()
  }

  @Test func secondDaemonOnOneSpoolNamesTheFirst() async throws {
    let bench = try DaemonBench()
    try bench.start()
    let parts = try #require(bench.daemon).parts
    let error = #expect(throws: DaemonFailure.self) { _ = try Daemon(bench.configuration, parts) {} }
    #expect(error.map { "\($0)" }?.contains("is in use by process \(getpid()) on ") == true)
    var elsewhere = bench.configuration
    elsewhere.spool += "2"
    let second = #expect(throws: DaemonFailure.self) { _ = try Daemon(elsewhere, parts) {} }
    #expect(
      second.map { "\($0)" }?.contains("the inbox \(bench.configuration.inbox) is in use by process") == true)
    try await bench.stop()
  }

  @Test func logNamesNoFileAndNoStudy() async throws {
    let bench = try DaemonBench()
    try bench.start()
    try bench.drop(study: "1.2.77", instance: "1.2.1", as: "DOE^JANE/IM1")
    try bench.drop("FAKE 1.2.77 cut", as: "DOE^JANE/IM2")
    try await bench.wait("it is published") { bench.published == ["1.2.77"] && bench.isIdle }
    try await bench.stop()
    #expect(bench.lines.text.contains("published") && !bench.lines.text.contains("DOE"))
    #expect(!bench.lines.text.contains("1.2.77"))
  }
}

extension Array {
  func chunked(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
