import Foundation
import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

@Suite struct ModelCheckTests {
  private let folder: TestSupport.ScratchFolder

  init() throws { folder = try TestSupport.ScratchFolder() }

  @Test func findsTheHingePointsOfTheSyntheticFrameWithTheShippedModel() throws {
    let check = ModelCheck(Checkout.model, threads: 2)
    #expect(check.isUsable, "\(check.text(overlay: nil))")
    let trial = try #require(check.trial)
    let errors = try #require(trial.errors)
    #expect(max(errors.left, errors.right) < 5)
    #expect(trial.dice.allSatisfy { $0.value > 0.8 }, "\(trial.dice)")
    #expect(trial.order == nil)
    #expect(trial.overlay.starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test func aModelWithoutACardIsMadeUsableByTheCardToStartFrom() throws {
    let path = folder.path + "/mine.onnx"
    try FileManager.default.copyItem(atPath: Checkout.model, toPath: path)
    #expect(ModelCheck(path, threads: 2).findings.first { $0.weight == .refusal }?.file == "mine.json")
    let run = try ProgramRun.hinged(
      "model", "check", path, "--write-card", "--overlay", folder.path + "/seen.png", "--json")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    let answer = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(answer?["usable"] as? Bool == true)
    #expect(folder.names() == ["mine.json", "mine.onnx", "seen.png"])
    let again = try ProgramRun.hinged("model", "check", path, "--write-card")
    #expect(again.status == 1 && again.errors.contains("there is a card already"))
  }

  @Test func aFileThatIsNoModelIsRefusedWithARemedy() throws {
    let path = folder.path + "/text.onnx"
    try Data("text".utf8).write(to: URL(fileURLWithPath: path))
    let check = ModelCheck(path, threads: 1)
    #expect(!check.isUsable && check.trial == nil)
    #expect(check.findings.first?.remedy.isEmpty == false)
  }

  /// Weights in per cent: no clip is measured by them.
  @Test func aCardWhoseLandmarksHaveNoMeaningIsRefusedAtTheStart() throws {
    let path = folder.path + "/mine.onnx"
    try FileManager.default.copyItem(atPath: Checkout.model, toPath: path)
    let shipped = URL(fileURLWithPath: ModelCard.path(ofModel: Checkout.model))
    var card = try JSONDecoder().decode(ModelCard.self, from: Data(contentsOf: shipped))
    card.landmarks?.weight["A4C"] = LandmarkWeight(50)
    try JSONEncoder().encode(card).write(to: URL(fileURLWithPath: ModelCard.path(ofModel: path)))
    let failure = #expect(throws: CommandFailure.self) { try Segmenter(path: path) }
    #expect(failure?.sentence.contains("mine.json: landmarks.weight.A4C is not between 0 and 1") == true)
  }
}
