import Foundation

/// The torture's checker (`Tests/torture/judge.py`), which alone decides what was lost, doubled or half published. It
/// knows what was dropped and what came out, and nothing of how the program works.
public struct Judgement: Encodable {
  /// A file that was dropped.
  public struct Drop: Encodable {
    var study: String
    var instance: String
    var sha256: String
    /// `published`: the last revision tells of its instance. `nil`: it need only end in one place.
    var status: String?

    public init(study: String, instance: String, sha256: String, isStudys: Bool) {
      (self.study, self.instance, self.sha256) = (study, instance, sha256)
      status = isStudys ? "published" : nil
    }

    /// `status` is told even where it is `nil`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(study, forKey: .study)
      try container.encode(instance, forKey: .instance)
      try container.encode(sha256, forKey: .sha256)
      try container.encode(status, forKey: .status)
    }

    private enum CodingKeys: CodingKey { case study, instance, sha256, status }
  }

  var inbox: String
  var outbox: String
  var spool: String
  /// Keys of the configuration.
  var settings: [String: String]
  var drops: [Drop]
  /// A file that keeps what was published from one call to the next.
  var seen: String

  public init(
    inbox: String, outbox: String, spool: String, settings: [String: String], drops: [Drop], seen: String
  ) {
    (self.inbox, self.outbox, self.spool) = (inbox, outbox, spool)
    (self.settings, self.drops, self.seen) = (settings, drops, seen)
  }

  public enum Moment { case whileItWorks, atTheEnd }

  struct Failure: Error { var text: String }

  /// What is not as it must be, a sentence each.
  public func faults(_ moment: Moment) throws -> [String] {
    let folder = try TemporaryFolder()
    let scene = try folder.write([UInt8](JSONEncoder().encode(self)), as: "scene.json")
    let script = Checkout.root + "/Tests/torture/judge.py"
    let run = try ProgramRun.of(
      Neighbour.anyPython, [script] + (moment == .atTheEnd ? [] : ["--look"]) + [scene])
    guard run.status == 0 else { throw Failure(text: "judge.py: \(run.errors)") }
    return run.lines
  }
}
