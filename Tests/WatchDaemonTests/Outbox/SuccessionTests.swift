import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct SuccessionTests {
  private let folder = ScratchFolder()

  /// What stands in the outbox, the last revision that the journal knows, and what is to follow.
  struct Case: Sendable, CustomTestStringConvertible {
    var standing: [String]
    var known: Int?
    var revision: String
    var previous: String?
    var folder: String?
    var testDescription: String { "\(standing), \(known ?? 0)" }
  }

  private static let cases = [
    Case(standing: [], revision: "1.2"),
    Case(standing: ["1.2"], revision: "1.2.r2", previous: "1.2", folder: "1.2"),
    // The outbox was emptied, and a reader may have kept what it read.
    Case(standing: [], known: 2, revision: "1.2.r3", previous: "1.2.r2"),
    // The journal is a new one.
    Case(standing: ["1.2.r4"], revision: "1.2.r5", previous: "1.2.r4", folder: "1.2.r4"),
    // The last one was taken away: it is superseded all the same, and the one before it is there to be read.
    Case(standing: ["1.2"], known: 2, revision: "1.2.r3", previous: "1.2.r2", folder: "1.2"),
    Case(
      standing: ["1.2", "1.2.r2", "1.20", "1.2.3.r7"], revision: "1.2.r3", previous: "1.2.r2",
      folder: "1.2.r2"),
  ]

  @Test(arguments: cases) func followsTheLastThatStandsOrIsKnown(_ example: Case) throws {
    for name in example.standing { try Files.makeFolder(folder.path + "/" + name, .outbox) }
    let known = example.known.map { PublishedRevision(study: "1.2", number: $0) }
    for publisher in [OutboxPublisher(outbox: folder.path), try OutboxPublisher(lookingThrough: folder.path)]
    {
      let succession = try Succession(of: "1.2", in: publisher, known: known)
      #expect(succession.revision.name == example.revision)
      #expect(succession.previous?.name == example.previous)
      #expect(succession.folder == example.folder.map { folder.path + "/" + $0 })
    }
  }
}
