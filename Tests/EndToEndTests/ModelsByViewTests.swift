import Foundation
import TestSupport
import Testing

@testable import WatchDaemon

/// A model for each view, and two results of the same files side by side.
@Suite struct ModelsByViewTests {
  private let folder: ScratchFolder
  private let tiny: String

  init() throws {
    folder = try ScratchFolder()
    tiny = try TinyModel.write(into: folder.path)
    try PhantomStudy.write(to: folder.path + "/clip.dcm")
  }

  private func process(_ outbox: String, _ lines: String..., options: [String] = []) throws -> [String: Any] {
    let places = ["inbox", "outbox", "spool"].map { "\($0) = \(folder.path)/unused/\($0)" }
    let text = (places + lines).joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/conf"))
    let run = try ProgramRun.of(
      Products.hinged,
      [
        "process", folder.path + "/clip.dcm", "--config", folder.path + "/conf", "--outbox",
        folder.path + "/" + outbox,
      ] + options)
    #expect(run.status == 0, "\(run.errors)")
    return try folder.object("\(outbox)/\(PhantomStudy.study)/study.json")
  }

  private func clip(_ report: [String: Any]) -> [String: Any] {
    (report["clips"] as? [[String: Any]])?.first ?? [:]
  }

  private func name(_ object: [String: Any]) -> String? {
    (object["model"] as? [String: Any])?["name"] as? String
  }

  @Test func theModelOfTheClipsViewMeasuresItAndIsNamed() throws {
    let four = try process("four", "model = \(tiny)", "model.A4C = \(Checkout.model)")
    #expect(clip(four)["status"] as? String == "measured")
    #expect(name(four) == "tiny" && name(clip(four)) == "camus-unet-256")
    #expect((clip(four)["model"] as? [String: Any])?["precision"] is String)

    let two = try process("two", "model = \(tiny)", "model.A2C = \(Checkout.model)")
    #expect(clip(two)["status"] as? String == "excluded" && name(clip(two)) == "tiny")

    let stated = try process("stated", "model.A4C = \(tiny)", options: ["--model", Checkout.model])
    #expect(name(clip(stated)) == "camus-unet-256")

    let run = try ProgramRun.hinged("compare", folder.path + "/four", folder.path + "/two", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let answer = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect((answer?["summary"] as? [String: Any])?["changed_clips"] as? Int == 1)
  }

  @Test func anotherModelForTheViewMakesANewRevision() throws {
    _ = try process("outbox", "model.A4C = \(Checkout.model)")
    _ = try process("outbox", "model.A4C = \(Checkout.model)")
    #expect(folder.studies("outbox") == [PhantomStudy.study])
    _ = try process("outbox", "model.A4C = \(tiny)")
    #expect(folder.studies("outbox") == [PhantomStudy.study, PhantomStudy.study + ".r2"])
  }
}
