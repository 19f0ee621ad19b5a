import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// Names that a loss of power leaves beside the ones that count.
@Suite struct SecondNamesTests {
  let folder = ScratchFolder()

  private var spool: Spool { Spool(path: folder.path + "/spool") }

  private func links(_ paths: [String]) throws -> [String: Inode] {
    var links: [String: Inode] = [:]
    for path in paths {
      links[path] = Inode(try #require(try Files.examine(folder.path + "/in/" + path, .inbox)))
    }
    return links
  }

  /// A claim of one file, which lies in the spool and under a second name in the inbox.
  private func left(
    _ source: String, in place: String, _ phase: StudyState.Phase, as path: String? = nil
  ) throws -> StudyState {
    var state = StudyState(claim: .example(files: [.example(source: source)]))
    state.phase = phase
    try folder.write("one", to: place)
    try folder.write("", to: "in/" + (path ?? source))
    let name = folder.path + "/in/" + (path ?? source)
    try Files.remove(name, .inbox)
    #expect(link(folder.path + "/" + place, name) == 0)
    return state
  }

  @Test(arguments: ["claimed/c1", "done/1.2.3/c1", "quarantine/c1"])
  func nameInTheInboxOfATakenFileGoes(_ place: String) throws {
    let state = try left("a/1", in: "spool/\(place)/000001", .settled)
    let findings = try SecondNames(spool: spool, inbox: folder.path + "/in").clear(links(["a/1"]), [state])
    #expect(findings == ["a/1": .removed])
    #expect(try folder.files(below: ".") == ["./spool/\(place)/000001"])
  }

  @Test(arguments: ["done/1.2.3/c1", "quarantine/c1"])
  func nameInTheSpoolOfAFileThatWasGivenBackGoes(_ place: String) throws {
    let state = try left(
      "a/1", in: "spool/\(place)/000001", .returned, as: "requeued-c1/a/1")
    let findings = try SecondNames(spool: spool, inbox: folder.path + "/in")
      .clear(links(["requeued-c1/a/1"]), [state])
    #expect(findings == ["requeued-c1/a/1": .removed])
    #expect(try folder.files(below: ".") == ["./in/requeued-c1/a/1"])
  }

  @Test(arguments: [StudyState.Phase.claiming, .returning])
  func claimThatIsOnItsWaySeesToIt(_ phase: StudyState.Phase) throws {
    let state = try left("a/1", in: "spool/claimed/c1/000001", phase)
    let findings = try SecondNames(spool: spool, inbox: folder.path + "/in").clear(links(["a/1"]), [state])
    #expect(findings == ["a/1": .undecided])
    #expect(try folder.files(below: "in") == ["in/a/1"])
  }

  @Test func linkOfSomebodyElseStays() throws {
    let state = try left("a/1", in: "spool/done/1.2.3/c1/000001", .settled)
    // Another file under the name that the claim took, and a further name of it.
    try Files.remove(folder.path + "/in/a/1", .inbox)
    try folder.write("other", to: "in/a/1")
    #expect(link(folder.path + "/in/a/1", folder.path + "/in/2") == 0)
    let findings = try SecondNames(spool: spool, inbox: folder.path + "/in")
      .clear(links(["a/1", "2"]), [state])
    #expect(findings == ["a/1": .foreign, "2": .foreign])
    #expect(try folder.files(below: "in") == ["in/2", "in/a/1"])
  }
}
