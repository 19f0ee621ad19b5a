import Foundation
import Inference
import Platform
import Study

/// What `hinged quantize` found of a model: the file `<model>.precision.json` beside it.
package struct PrecisionCard: Codable, Sendable, Equatable {
  package static let schemaName = "hinged.precision/1"

  /// How far the model in fewer bits departs from itself in 32, over the pictures of a list.
  package struct Figures: Codable, Sendable, Equatable {
    package var pictures: Int
    /// 2 |A and B| / (|A| + |B|), the mean over the pictures and the three structures.
    package var dice: Double
    /// Of the points that both found, in millimetres; `nil` where there are none.
    package var medianHingeShift: Double?
    /// Pictures in which one found the points and the other did not.
    package var statusChanges: Int
    /// Whether the masks and the points hold.
    package var admitted: Bool

    package init(
      pictures: Int, dice: Double, medianHingeShift: Double? = nil, statusChanges: Int, admitted: Bool
    ) {
      self.pictures = pictures
      self.dice = dice
      self.medianHingeShift = medianHingeShift
      self.statusChanges = statusChanges
      self.admitted = admitted
    }

    package enum CodingKeys: String, CodingKey {
      case pictures
      case dice
      case medianHingeShift = "median_hinge_shift_mm"
      case statusChanges = "status_changes"
      case admitted
    }
  }

  package var schema = Self.schemaName
  /// Of the ONNX file.
  package var sha256: String
  var calibrationFrames: Int
  package var calibration: Calibration
  /// The list that the figures were found on; `nil` before that.
  package var list: String?
  /// By precision.
  package var figures: [String: Figures] = [:]

  package init(
    sha256: String, calibrationFrames: Int, calibration: Calibration, list: String? = nil,
    figures: [String: Figures] = [:]
  ) {
    self.sha256 = sha256
    self.calibrationFrames = calibrationFrames
    self.calibration = calibration
    self.list = list
    self.figures = figures
  }

  package enum CodingKeys: String, CodingKey {
    case schema
    case sha256
    case calibrationFrames = "calibration_frames"
    case calibration
    case list
    case figures
  }

  /// The least Dice against 32 bits.
  package static let leastDice = 0.995
  /// The median shift of a hinge point must stay below this many millimetres.
  package static func largestShift(_ precision: Precision) -> Double { precision == .bf16 ? 0.05 : 0.1 }
  /// The largest share of pictures that may gain or lose their points.
  package static let largestStatusShare = 0.01

  package static func path(ofModel path: String) -> String {
    (path as NSString).deletingPathExtension + ".precision.json"
  }

  /// The card beside a model; `nil` where there is none, or where it speaks of another model.
  package static func read(besideModel path: String, sha256: String) throws(CommandFailure) -> PrecisionCard?
  {
    let file = self.path(ofModel: path)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    do {
      let card = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
      return card.schema == schemaName && card.sha256 == sha256 ? card : nil
    } catch {
      throw CommandFailure(
        code: ExitCode.configuration,
        sentence:
          "\(file): the card cannot be read (\(error)); make it again with hinged quantize, or remove it")
    }
  }

  /// The same bytes for the same findings.
  package func write(besideModel path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    try data.write(to: URL(fileURLWithPath: Self.path(ofModel: path)), options: .atomic)
  }
}

/// In which precision a model is run.
package struct PrecisionChoice {
  var wanted: Configuration.Precision
  /// Whether what was not measured to hold is refused. Commands that measure say no.
  var requiresAdmission = true

  package init(wanted: Configuration.Precision, requiresAdmission: Bool = true) {
    self.wanted = wanted
    self.requiresAdmission = requiresAdmission
  }

  /// - Parameter card: of the model, if there is one.
  /// - Returns: the fastest that is admitted and that this processor has, or what was asked for.
  /// - Throws: a sentence, where that cannot be had.
  package func precision(
    of path: String, card: PrecisionCard?, isSupported: (Precision) -> Bool = \.isSupported
  ) throws(CommandFailure) -> Precision {
    let isAdmitted = { (precision: Precision) in card?.figures[precision.rawValue]?.admitted == true }
    guard let precision = Precision(rawValue: wanted.rawValue) else {
      return [Precision.int8, .bf16].first { isSupported($0) && isAdmitted($0) } ?? .fp32
    }
    guard isSupported(precision) else {
      throw failure(
        "this processor has no AVX-512 with BF16 and VNNI; set precision to auto or fp32")
    }
    if precision == .int8, card == nil {
      throw failure("\(path) is not calibrated; run hinged quantize, or set precision to auto or fp32")
    }
    if requiresAdmission, precision != .fp32, !isAdmitted(precision) {
      throw failure(
        "\(path) was not measured to hold in it; run hinged quantize, or set precision to auto or fp32")
    }
    return precision
  }

  private func failure(_ fault: String) -> CommandFailure {
    CommandFailure(code: ExitCode.configuration, sentence: "precision \(wanted.rawValue): \(fault)")
  }
}
