import Foundation
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct SpoolLockTests {
  let folder = ScratchFolder()
  var path: String { folder.path + "/lock" }

  @Test func secondIsRefusedWithTheNameOfTheFirst() throws {
    let first = try SpoolLock(path, inbox: "/in")
    let owner = try #require(try SpoolLock.owner(at: path))
    #expect(owner.process == getpid() && owner.host == Host.name && owner.boot == Host.boot)
    #expect(owner.description == "process \(getpid()) on \(Host.name), which watches /in")
    #expect(throws: SpoolLock.Failure.taken(owner)) { _ = try SpoolLock(path, inbox: "/in") }
    #expect(SpoolLock.isHeld(path))
    withExtendedLifetime(first) {}
  }

  @Test func lockEndsWithItsHolder() throws {
    do { _ = try SpoolLock(path, inbox: "/a/long/path") }
    #expect(!SpoolLock.isHeld(path))
    #expect(try SpoolLock.owner(at: path) == nil)
    let next = try SpoolLock(path, inbox: "/b")
    #expect(try !next.isByExpiry && next.isOwned())
  }

  /// What the owner finds when another host took its lease over, or somebody removed the file.
  @Test func ownerSeesThatItIsNoLongerTheOwner() throws {
    let lock = try SpoolLock(path, inbox: "/in")
    #expect(try lock.isOwned())
    let own = try folder.text(of: "lock")
    try folder.write(String(own.reversed()), to: "lock")
    #expect(try !lock.isOwned())
    try FileManager.default.removeItem(atPath: path)
    #expect(try !lock.isOwned())
  }

  @Test func lockOfAnOwnerThatIsGoneForGoodIsTaken() throws {
    var owner = SpoolOwner(inbox: "/in")
    owner.process = 1
    owner.began = "another process had this number"
    try folder.write(String(decoding: JSONEncoder().encode(owner), as: UTF8.self), to: "lock")
    #expect(try !SpoolLock(path, inbox: "/in").isByExpiry)
  }

  @Test func lockThatNobodyCanReadIsWatchedBeforeItIsTaken() throws {
    try folder.write("process 12 on another host\n", to: "lock")
    var looks = 0
    #expect(throws: SpoolLock.Failure.self) {
      _ = try SpoolLock(path, inbox: "/in") {
        looks += 1
        try? folder.write("process 12 is still there\n", to: "lock")
      }
    }
    #expect(looks == 1)
  }
}
