import Testing

@testable import Clips
@testable import Inference
@testable import Study

/// What the view head's logits say of a clip.
@Suite struct ViewHeadTests {
  static func head(temperature: Double = 1, claim: Double = 0.9, apical: Double = 0.5) -> ModelCard.ViewHead {
    .init(
      output: "view",
      channels: [
        .init(view: .a4c, mirrored: false), .init(view: .a4c, mirrored: true),
        .init(view: .a2c, mirrored: false), .init(view: .a2c, mirrored: true),
        .init(view: .other, mirrored: false),
      ], temperature: temperature, claim: claim, apical: apical)
  }

  @Test func addsWhatIsShownAsUsualAndMirrored() throws {
    // e to these logits is 4, 4, 1, 0 and 1 tenths.
    let vote: [Float] = [log4, log4, 0, -1000, 0]
    let picture = try #require(Self.head().pictureView(of: [vote]))
    #expect(abs(picture.probabilities[.a4c]! - 0.8) < 1e-6)
    #expect(abs(picture.probabilities[.a2c]! - 0.1) < 1e-6)
    #expect(abs(picture.probabilities[.other]! - 0.1) < 1e-6)
    #expect(abs(picture.mirroredProbability - 0.5) < 1e-6)
    #expect(picture.likeliest?.view == .a4c)
  }

  private let log4: Float = 1.386_294_361

  @Test func takesTheMeanOfTheFramesAndNotTheirSum() throws {
    let vote: [Float] = [2, 0, 0, 0, 0]
    let once = Self.head().pictureView(of: [vote])
    #expect(Self.head().pictureView(of: Array(repeating: vote, count: 50)) == once)
    let divided = try #require(Self.head().pictureView(of: [vote, vote.map { -$0 }]))
    #expect(abs(divided.probabilities[.a4c]! - 0.4) < 1e-6)
  }

  @Test func isLessSureAtAHigherTemperature() throws {
    let vote: [Float] = [3, 0, 0, 0, 0]
    let probabilities = try [0.5, 1, 2].map { temperature in
      try #require(Self.head(temperature: temperature).pictureView(of: [vote])?.likeliest).probability
    }
    #expect(probabilities == probabilities.sorted(by: >))
    #expect(probabilities[0] > probabilities[2] + 0.2)
  }

  @Test func saysNothingOfNoFrame() { #expect(Self.head().pictureView(of: []) == nil) }

  @Test func namesTheFieldThatHasNoMeaning() {
    #expect(Self.head().fault == nil)
    #expect(Self.head(temperature: 0).fault?.field == "temperature")
    #expect(Self.head(claim: 1.2).fault?.field == "claim")
    #expect(Self.head(apical: -0.1).fault?.field == "apical")
    var head = Self.head()
    head.channels.removeLast()
    #expect(head.fault?.field == "channels")
  }

  @Test(
    arguments: [
      ([("logits", [1, 6, 64, 64]), ("view", [1, 5, 1, 1])], nil),
      ([("logits", [1, 6, 64, 64])], "output"),
      ([("view", [1, 5, 1, 1])], "output"),
      ([("logits", [1, 6, 64, 64]), ("view", [1, 4, 1, 1])], "channels"),
      ([("logits", [1, 6, 64, 64]), ("view", [1, 5, 2, 2])], "channels"),
    ] as [([(String, [Int])], String?)])
  func fitsTheNetworksOutputs(_ outputs: [(String, [Int])], _ field: String?) {
    #expect(Self.head().fault(in: outputs.map { ModelOutput(name: $0.0, shape: $0.1) })?.field == field)
  }
}
