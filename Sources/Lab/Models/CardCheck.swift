import Clips
import Foundation
import Hinge
import Inference
import Study

/// What a model's card lacks. All of it at once, where decoding would stop at the first fault.
package struct CardCheck {
  /// The network as the ONNX file has it.
  package struct Network: Sendable, Equatable {
    /// `[1, C, H, W]`
    package var input: [Int]
    /// Of the first output, `[1, K, H, W]`.
    var output: [Int]
    /// All of them, in the order of the file.
    package var outputs: [ModelOutput]
    /// SHA-256 of the file.
    package var sha256: String
  }

  /// The card's file name.
  package let file: String
  /// `nil` where the network could not be read.
  package let network: Network?
  private(set) var findings: [ModelFinding] = []
  package private(set) var card: ModelCard?

  package init(_ data: Data, file: String, network: Network?) {
    self.file = file
    self.network = network
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      refuse(nil, "it is no JSON object", "write it again with --write-card")
      return
    }
    for field in Self.required where Self.value(field.path, in: object) == nil {
      refuse(field.path, "is missing", "add \(field.remedy)")
    }
    guard findings.isEmpty else { return }
    do {
      let card = try JSONDecoder().decode(ModelCard.self, from: data)
      self.card = card
      check(card)
    } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context),
      let DecodingError.dataCorrupted(context)
    {
      refuse(
        Self.place(context.codingPath), "has the wrong type", "see docs/SCIENTIST.md for the card's form")
    } catch let DecodingError.keyNotFound(key, context) {
      refuse(
        Self.place(context.codingPath + [key]), "is missing", "see docs/SCIENTIST.md for the card's form")
    } catch {
      refuse(nil, "it cannot be read (\(error))", "write it again with --write-card")
    }
  }

  private static let required: [(path: String, remedy: String)] = [
    ("name", "the model's name, which every result repeats"), ("version", "a version, \"1\" say"),
    ("sha256", "the SHA-256 of the ONNX file"),
    ("licence", "the licence of the weights, which every result repeats"),
    ("input.width", "the input's width in pixels"), ("input.height", "the input's height in pixels"),
    ("input.channels", "1: a grey picture"),
    ("classes", "the outputs in their order, {\"index\": 0, \"label\": \"background\"} and so on"),
  ]

  private static func value(_ path: String, in object: [String: Any]) -> Any? {
    path.split(separator: ".").reduce(object as Any?) { ($0 as? [String: Any])?[String($1)] }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }

  private mutating func check(_ card: ModelCard) {
    checkInput(card)
    checkOutputs(card)
    checkErrors(card)
    checkView(card)
    if let network, card.sha256 != network.sha256 {
      refuse("sha256", "is not that of the ONNX file", "set it to \(network.sha256)")
    }
    if card.licence.isEmpty { lack("licence", "is empty", "state the licence of the weights") }
  }

  private mutating func checkInput(_ card: ModelCard) {
    if card.input.channels != 1 {
      refuse("input.channels", "is \(card.input.channels)", "give the network one grey channel")
    }
    if card.input.width != card.input.height {
      refuse("input", "is \(card.input.width) x \(card.input.height)", "give the network a square input")
    }
    let expected = [1, card.input.channels, card.input.height, card.input.width]
    if let network, network.input != expected {
      refuse(
        "input", "says \(expected), and the network's input is \(network.input)",
        "correct the card, or export the network with that input")
    }
  }

  private mutating func checkOutputs(_ card: ModelCard) {
    let labels = ChamberClasses.labels
    if card.classes.count != labels.count || card.classes.map(\.index) != Array(labels.indices) {
      refuse(
        "classes", "are \(card.classes.count) from \(card.classes.first?.index ?? 0)",
        "list four from 0 in this order: \(labels.joined(separator: ", "))")
    } else if let wrong = card.classes.first(where: { ChamberClasses.index(named: $0.label) != $0.index }) {
      lack(
        "classes.\(wrong.index)", "is called \"\(wrong.label)\"",
        "the order must be \(labels.joined(separator: ", ")); rename it if only the name differs")
    }
    checkLandmarks(card)
    guard let network, let channels = network.output.dropFirst().first, channels != card.outputs else {
      return
    }
    refuse(
      card.landmarks == nil && channels == labels.count + 2 ? "landmarks" : "classes",
      "the network has \(channels) outputs, and the card names \(card.outputs)",
      channels == labels.count + 2
        ? "name the last two: \"landmarks\": {\"left\": 4, \"right\": 5, \"temperature\": 1, \"weight\": {}}"
        : "export a network of 4 outputs, or of 6 with landmarks")
  }

  private mutating func checkLandmarks(_ card: ModelCard) {
    guard let landmarks = card.landmarks else {
      lack(
        "landmarks", "are absent: hinge points come from the contact line of ventricle and atrium alone",
        "nothing needs to be done; training/ shows how a network learns landmarks")
      return
    }
    if !card.hasLandmarksAfterClasses {
      refuse("landmarks", "are outputs \(landmarks.left) and \(landmarks.right)", "they must be 4 and 5")
    }
    if let fault = landmarks.fault { refuse("landmarks.\(fault.field)", fault.problem, fault.remedy) }
    for view in ["A4C", "A2C", "apical"]
    where landmarks.weight[view] == nil && landmarks.weight["apical"] == nil {
      lack(
        "landmarks.weight.\(view)", "is absent: the landmarks are not used there",
        "set it between 0 and 1, as hinged evaluate --points shows it to be best")
    }
  }

  private mutating func checkErrors(_ card: ModelCard) {
    let phases = CyclePhase.allCases.map(\.rawValue)
    let gaps = ["A4C", "A2C", "apical"].flatMap { view in
      phases.filter { card.hingeErrors?[view]?[$0] == nil }.map { "\(view) \($0)" }
    }
    guard !gaps.isEmpty else { return }
    let cost =
      card.landmarks == nil
      ? "results have neither error_mm nor confidence there" : "the landmarks stand in there"
    lack(
      "hinge_errors", "say nothing of \(gaps.joined(separator: ", ")): \(cost)",
      "run hinged evaluate on pictures with known truth and take the percentiles from evaluation.json")
  }

  private mutating func checkView(_ card: ModelCard) {
    guard let head = card.view else {
      lack(
        "view",
        "is absent: no view is read from the picture, and whether a clip is apical from its labels alone",
        "nothing needs to be done; training/ shows how a network learns to tell views")
      return
    }
    if let fault = head.fault ?? network.flatMap({ head.fault(in: $0.outputs) }) {
      refuse("view.\(fault.field)", fault.problem, fault.remedy)
    }
  }

  private mutating func refuse(_ field: String?, _ problem: String, _ remedy: String) {
    findings.append(
      ModelFinding(weight: .refusal, file: file, field: field, problem: problem, remedy: remedy))
  }

  private mutating func lack(_ field: String?, _ problem: String, _ remedy: String) {
    findings.append(ModelFinding(weight: .lack, file: file, field: field, problem: problem, remedy: remedy))
  }
}

/// The outputs that every model has, in their order.
enum ChamberClasses {
  static let labels = ["background", "LV cavity", "LV myocardium", "left atrium"]
  /// Asked in turn: the wall is often called after the ventricle.
  private static let words: [(index: Int, words: [String])] = [
    (0, ["back"]), (2, ["myo", "wall", "epi"]), (3, ["atri", "la"]),
    (1, ["cavity", "ventric", "lv", "endo"]),
  ]

  /// The output that a class's name refers to; `nil` where it refers to none.
  fileprivate static func index(named label: String) -> Int? {
    let label = label.lowercased()
    return words.first { $0.words.contains { label.contains($0) } }?.index
  }
}

extension ModelCard {
  /// A card to start from: what the network says of itself, and what else has to be filled in.
  package init(startingFrom network: CardCheck.Network, name: String) {
    let hasLandmarks = network.output[1] == ChamberClasses.labels.count + 2
    self.init(
      name: name, version: "1", sha256: network.sha256, licence: "not stated",
      input: Input(width: network.input[3], height: network.input[2], channels: network.input[1]),
      classes: ChamberClasses.labels.enumerated().map { Class(index: $0.offset, label: $0.element) },
      landmarks: hasLandmarks
        ? Landmarks(
          left: 4, right: 5, temperature: 1, weight: ["apical": LandmarkWeight(0)], reliability: nil) : nil)
  }
}
