import Clips
import Foundation
import Inference
import Platform

/// One thing that a model, its card or its companion files lack.
struct ModelFinding: Sendable, Equatable {
  enum Weight: String, Sendable {
    /// The model cannot be used.
    case refusal
    /// It can be used, and results say less than they could.
    case lack
  }

  var weight: Weight
  /// The file that it concerns, by its name.
  var file: String
  /// The field of the card or the part of the network; `nil` for the file as a whole.
  var field: String?
  var problem: String
  var remedy: String

  var text: String { "\(file): \(field.map { $0 + ": " } ?? "")\(problem); \(remedy)" }

  var json: JSONValue {
    .object([
      ("weight", .code(weight)), ("file", .string(file)), ("field", .optional(field)),
      ("problem", .string(problem)), ("remedy", .string(remedy)),
    ])
  }
}

/// What is known of a model after all that belongs to it was looked at and it was tried once.
package struct ModelCheck {
  package let path: String
  private(set) var findings: [ModelFinding] = []
  private(set) var inspection: ModelInspection?
  package private(set) var network: CardCheck.Network?
  package private(set) var card: ModelCard?
  package private(set) var precision: Precision?
  package private(set) var trial: ModelTrial?

  /// - Parameter threads: for the trial.
  package init(_ path: String, threads: Int) {
    self.path = path
    readNetwork()
    readCard()
    readPrecisions()
    if isUsable { tryOut(threads) }
  }

  package var isUsable: Bool { !findings.contains { $0.weight == .refusal } }

  private var name: String { URL(fileURLWithPath: path).lastPathComponent }

  private mutating func readNetwork() {
    do throws(ModelError) {
      let inspection = try ModelInspection(contentsOf: path)
      self.inspection = inspection
      for unknown in inspection.unknownOperators {
        refuse(
          unknown, "the engine has no such operator (\(inspection.operators[unknown] ?? 0) times)",
          "export without it, or add it as docs/DEVELOPER.md says")
      }
      guard inspection.unknownOperators.isEmpty else { return }
      let model = try Model(contentsOf: path)
      let digest = (try? SHA256.hexDigest(ofFile: path)) ?? ""
      network = CardCheck.Network(
        input: model.inputShape, output: model.outputShape, outputs: model.outputs, sha256: digest)
      checkShapes(model)
    } catch {
      let remedy =
        error.kind == .unreadable
        ? "name the ONNX file" : "export it again; docs/SCIENTIST.md says what is read"
      refuse(nil, "\(error)", remedy)
    }
  }

  private mutating func checkShapes(_ model: Model) {
    let input = model.inputShape
    let output = model.outputShape
    if input[1] != 1 || input[2] != input[3] {
      refuse("input", "is \(input)", "export [1, 1, S, S]: one grey channel, a square")
    }
    let classes = ChamberClasses.labels.count
    if ![classes, classes + 2].contains(output[1]) || output[2...] != input[2...] {
      refuse(
        "output", "is \(output)",
        "export [1, 4, S, S] at the input's size, logits of \(ChamberClasses.labels.joined(separator: ", ")); "
          + "or 6 channels, the last two for left and right hinge point")
    }
  }

  private mutating func readCard() {
    let file = ModelCard.path(ofModel: path)
    let name = URL(fileURLWithPath: file).lastPathComponent
    guard inspection != nil || FileManager.default.fileExists(atPath: file) else { return }
    guard let data = FileManager.default.contents(atPath: file) else {
      findings.append(
        ModelFinding(
          weight: .refusal, file: name, field: nil, problem: "the card is missing or cannot be read",
          remedy: network == nil
            ? "it belongs beside the ONNX file" : "hinged model check --write-card writes one"))
      return
    }
    let check = CardCheck(data, file: name, network: network)
    card = check.card
    findings += check.findings
  }

  private mutating func readPrecisions() {
    guard let network else { return }
    let file = URL(fileURLWithPath: PrecisionCard.path(ofModel: path)).lastPathComponent
    func lack(_ problem: String) -> ModelFinding {
      ModelFinding(
        weight: .lack, file: file, field: nil, problem: problem,
        remedy: "hinged quantize --model \(name) --help says how it is measured in bf16 and int8")
    }
    do throws(CommandFailure) {
      let precisions = try PrecisionCard.read(besideModel: path, sha256: network.sha256)
      if precisions == nil {
        let isThere = FileManager.default.fileExists(atPath: PrecisionCard.path(ofModel: path))
        findings.append(
          lack(isThere ? "speaks of another model, so it runs in fp32" : "is not there, so it runs in fp32"))
      } else if !(precisions?.figures.values.contains { $0.admitted } ?? false) {
        findings.append(lack("admits neither bf16 nor int8, so it runs in fp32"))
      }
    } catch {
      findings.append(
        ModelFinding(
          weight: .refusal, file: file, field: nil, problem: "it cannot be read",
          remedy: "make it again with hinged quantize, or remove it"))
    }
  }

  private mutating func tryOut(_ threads: Int) {
    do {
      let segmenter = try Segmenter(path: path)
      precision = segmenter.precision
      let trial = try ModelTrial(of: segmenter, threads: threads)
      self.trial = trial
      if let order = trial.order {
        lack(
          "output", "the outputs seem to lie in the order \(order)",
          "the order needed is \(ChamberClasses.labels.joined(separator: ", "))")
      }
    } catch let failure as CommandFailure {
      refuse(nil, failure.sentence, "correct it and check again")
    } catch {
      refuse(nil, "the trial failed (\(error))", "export the model again")
    }
  }

  private mutating func refuse(_ field: String?, _ problem: String, _ remedy: String) {
    findings.append(
      ModelFinding(weight: .refusal, file: name, field: field, problem: problem, remedy: remedy))
  }

  private mutating func lack(_ field: String?, _ problem: String, _ remedy: String) {
    findings.append(ModelFinding(weight: .lack, file: name, field: field, problem: problem, remedy: remedy))
  }
}

extension ModelCheck {
  /// For a person; `overlay` is where the picture was written.
  package func text(overlay: String?) -> String {
    var lines = ["\(path): \(isUsable ? "can be used" : "CANNOT be used")"]
    if let inspection {
      let millions = String(format: "%.2f", Double(inspection.parameters) / 1e6)
      lines.append(
        "network   \(Plural.of(inspection.operators.values.reduce(0, +), "node")) of "
          + "\(Plural.of(inspection.operators.count, "kind")), \(millions) M weights"
          + (network.map { ", \($0.input) -> \($0.output)" } ?? ""))
    }
    if let card { lines.append("card      \(card.name) \(card.version), licence: \(card.licence)") }
    for weight in [ModelFinding.Weight.refusal, .lack] {
      let word = weight == .refusal ? "REFUSED   " : "lacking   "
      lines += findings.filter { $0.weight == weight }.map { word + $0.text }
    }
    lines += trialLines
    if let overlay { lines.append("overlay   \(overlay)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var trialLines: [String] {
    guard let trial, let precision else { return [] }
    let dice = trial.dice.map { "\($0.structure) \(String(format: "%.2f", $0.value))" }.joined(
      separator: ", ")
    let time = String(format: "%.0f ms", trial.milliseconds)
    let points =
      trial.errors.map {
        String(format: "%.1f mm (left) and %.1f mm (right) from the truth", $0.left, $0.right)
      }
      ?? "not found (\(trial.reason?.rawValue ?? ""))"
    return [
      "trial     a synthetic four-chamber frame in \(precision.rawValue), \(time)",
      "          Dice \(dice)", "          hinge points \(points)",
    ]
  }

  package func json(overlay: String?) -> JSONValue {
    .object([
      ("file", .string(path)), ("usable", .bool(isUsable)), ("sha256", .optional(network?.sha256)),
      ("name", .optional(card?.name)), ("version", .optional(card?.version)),
      ("licence", .optional(card?.licence)),
      ("input", network.map { Self.shape($0.input) } ?? .null),
      ("output", network.map { Self.shape($0.output) } ?? .null),
      ("parameters", inspection.map { .integer($0.parameters) } ?? .null),
      (
        "operators",
        .object(
          (inspection?.operators ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
      ),
      ("findings", .array(findings.map(\.json))), ("trial", trialJSON), ("overlay", .optional(overlay)),
    ])
  }

  private var trialJSON: JSONValue {
    guard let trial else { return .null }
    return .object([
      ("precision", .code(precision)), ("milliseconds", .rounded(trial.milliseconds, 1)),
      ("dice", .object(trial.dice.map { ($0.structure, .rounded($0.value, 4)) })),
      ("left_error_mm", .rounded(trial.errors?.left, 2)),
      ("right_error_mm", .rounded(trial.errors?.right, 2)),
      ("reason", .code(trial.reason)),
    ])
  }

  private static func shape(_ shape: [Int]) -> JSONValue { .array(shape.map { .integer($0) }) }
}
