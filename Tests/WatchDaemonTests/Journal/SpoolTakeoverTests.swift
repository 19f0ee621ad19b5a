import Testing

@testable import Spool

/// Who may take a spool, as a table.
@Suite struct SpoolTakeoverTests {
  private static let here = SpoolOwner(
    host: "a", boot: "boot-1", namespace: "pid:[1]", process: 7, began: "100", token: "t", beat: 3,
    inbox: "/in")

  private static func owner(_ change: (inout SpoolOwner) -> Void) -> SpoolOwner {
    var owner = here
    change(&owner)
    return owner
  }

  struct Case: Sendable {
    var what: String
    var sighting: SpoolSighting
    var verdict: SpoolTakeover.Verdict
  }

  static let cases = [
    Case(what: "free", sighting: .init(owner: nil, isLocked: false, isAlive: false), verdict: .take),
    Case(what: "locked", sighting: .init(owner: here, isLocked: true, isAlive: true), verdict: .refuse),
    Case(
      what: "locked without a word", sighting: .init(owner: nil, isLocked: true, isAlive: false),
      verdict: .refuse),
    Case(
      what: "killed here, and its lock is still held",
      sighting: .init(owner: here, isLocked: true, isAlive: false), verdict: .wait),
    Case(
      what: "locked, of another container",
      sighting: .init(owner: owner { $0.namespace = "pid:[2]" }, isLocked: true, isAlive: false),
      verdict: .refuse),
    Case(what: "killed here", sighting: .init(owner: here, isLocked: false, isAlive: false), verdict: .take),
    Case(
      what: "alive here, and its lock is not seen",
      sighting: .init(owner: here, isLocked: false, isAlive: true),
      verdict: .refuse),
    Case(
      what: "killed in another container of this host",
      sighting: .init(owner: owner { $0.namespace = "pid:[2]" }, isLocked: false, isAlive: true),
      verdict: .take),
    Case(
      what: "in another container of this host, where no lock would be seen",
      sighting: .init(
        owner: owner { $0.namespace = "pid:[2]" }, isLocked: false, hasLocks: false, isAlive: false),
      verdict: .wait),
    Case(
      what: "on another host",
      sighting: .init(owner: owner { $0.boot = "boot-2" }, isLocked: false, isAlive: true),
      verdict: .wait),
    Case(
      what: "on a host that does not say which start it is",
      sighting: .init(owner: owner { $0.boot = "" }, isLocked: false, isAlive: false), verdict: .wait),
  ]

  @Test(arguments: cases) func firstLookDecides(_ example: Case) {
    var takeover = SpoolTakeover(boot: "boot-1", namespace: "pid:[1]")
    #expect(takeover.verdict(on: example.sighting, now: 0) == example.verdict, "\(example.what)")
    #expect(!takeover.isByExpiry)
  }

  @Test func lockThatOutlivesItsOwnerIsWaitedForAMoment() {
    var takeover = SpoolTakeover(boot: "boot-1", namespace: "pid:[1]")
    let orphaned = SpoolSighting(owner: Self.here, isLocked: true, isAlive: false)
    let free = SpoolSighting(owner: Self.here, isLocked: false, isAlive: false)
    #expect(takeover.verdict(on: orphaned, now: 5) == .wait)
    #expect(takeover.verdict(on: orphaned, now: 5 + SpoolTakeover.orphanSeconds / 2) == .wait)
    var other = takeover
    #expect(takeover.verdict(on: free, now: 6.5) == .take && !takeover.isByExpiry)
    #expect(other.verdict(on: orphaned, now: 5 + SpoolTakeover.orphanSeconds) == .refuse)
  }

  private let elsewhere = owner { $0.boot = "boot-2" }

  @Test func ownerOnAnotherHostThatRenewsIsRefusedTo() {
    var takeover = SpoolTakeover(boot: "boot-1", namespace: "pid:[1]")
    #expect(takeover.verdict(on: .init(owner: elsewhere, isLocked: false, isAlive: false), now: 0) == .wait)
    var renewed = elsewhere
    renewed.beat += 1
    #expect(takeover.verdict(on: .init(owner: renewed, isLocked: false, isAlive: false), now: 1) == .refuse)
  }

  @Test func ownerOnAnotherHostThatDoesNotRenewIsTakenOverAfterItsLease() {
    var takeover = SpoolTakeover(boot: "boot-1", namespace: "pid:[1]")
    let sighting = SpoolSighting(owner: elsewhere, isLocked: false, isAlive: false)
    #expect(takeover.verdict(on: sighting, now: 100) == .wait)
    #expect(takeover.verdict(on: sighting, now: 100 + SpoolTakeover.leaseSeconds - 1) == .wait)
    #expect(takeover.verdict(on: sighting, now: 100 + SpoolTakeover.leaseSeconds) == .take)
    #expect(takeover.isByExpiry)
  }

  @Test func thirdThatTakesItMeanwhileIsRefusedTo() {
    var takeover = SpoolTakeover(boot: "boot-1", namespace: "pid:[1]")
    #expect(takeover.verdict(on: .init(owner: elsewhere, isLocked: false, isAlive: false), now: 0) == .wait)
    let third = Self.owner { ($0.boot, $0.token) = ("boot-3", "u") }
    #expect(takeover.verdict(on: .init(owner: third, isLocked: false, isAlive: false), now: 40) == .refuse)
  }

  @Test func ownerRenewsSeveralTimesWithinALease() {
    #expect(SpoolTakeover.leaseSeconds >= 4 * SpoolTakeover.renewalSeconds)
  }
}
