import Hinge
import Platform

/// What a reader says of a study's result, as a file of its own (schema `hinged.correction/1`). Frames are 0-based;
/// points are pixel-index coordinates of the stored frame, the centre of the top left pixel being (0, 0).
package struct ReaderCorrection: Recorded, Equatable {
  package static let schemaName = "hinged.correction/1"

  package var schema: String
  package var studyInstanceUID: String
  /// Of the `study.json` that was read.
  package var resultSHA256: String
  /// Free text.
  package var reader: String?
  /// `nil` where none is listed.
  package var clips: [Clip]?

  package init(
    schema: String = Self.schemaName, studyInstanceUID: String, resultSHA256: String, reader: String? = nil,
    clips: [Clip]? = nil
  ) {
    self.schema = schema
    self.studyInstanceUID = studyInstanceUID
    self.resultSHA256 = resultSHA256
    self.reader = reader
    self.clips = clips
  }

  package static let form = RecordForm<Self>(Self.init) {
    Field("schema", \.schema, .constant(schemaName))
    Field("study_uid", \.studyInstanceUID, .uid)
    Field("result_sha256", \.resultSHA256, .sha256, "Of the study.json that was corrected.")
    Field("reader", \.reader, .text, "Who says so, as free text.", presence: .whereKnown)
    Field("clips", \.clips, .orEmpty(.list(.record)), presence: .whereKnown)
  }

  package enum Verdict: String, Codable, Sendable, CaseIterable { case accepted, rejected }

  /// What is said of one clip. What is absent stays as it is.
  package struct Clip: Recorded, Equatable {
    package var sopInstanceUID: String
    package var view: EchoView?
    /// Left and right of the display are exchanged; only with a view.
    package var mirrored: Bool?
    package var verdict: Verdict?
    package var remark: String?
    package var measurements: [Measurement]?

    package init(
      sopInstanceUID: String, view: EchoView? = nil, mirrored: Bool? = nil, verdict: Verdict? = nil,
      remark: String? = nil, measurements: [Measurement]? = nil
    ) {
      self.sopInstanceUID = sopInstanceUID
      self.view = view
      self.mirrored = mirrored
      self.verdict = verdict
      self.remark = remark
      self.measurements = measurements
    }

    package static let form = RecordForm<Self>(Self.init, "clip") {
      Field("sop_instance_uid", \.sopInstanceUID, .uid)
      Field("view", \.view, .word(of: EchoView.stateable, isClosed: true), presence: .whereKnown)
      Field(
        "mirrored", \.mirrored, .flag, "Left and right of the display are exchanged; read with a view only.",
        presence: .whereKnown)
      Field("verdict", \.verdict, .word(isClosed: true), presence: .whereKnown)
      Field("remark", \.remark, .text, presence: .whereKnown)
      Field("measurements", \.measurements, .orEmpty(.list(.record)), presence: .whereKnown)
    }
  }

  /// A phase's frame and points. Where a point is absent, the program's own of that frame stays; where the frame is,
  /// the phase's frame stays.
  package struct Measurement: Recorded, Equatable {
    package var phase: CyclePhase
    package var frame: Int?
    package var left: Point?
    package var right: Point?

    package init(phase: CyclePhase, frame: Int? = nil, left: Point? = nil, right: Point? = nil) {
      self.phase = phase
      self.frame = frame
      self.left = left
      self.right = right
    }

    package static let form = RecordForm<Self>(Self.init, "measurement") {
      Field("phase", \.phase, .word(isClosed: true))
      Field("frame", \.frame, .frame, presence: .whereKnown)
      Field("left", \.left, .point, "Of the display.", presence: .whereKnown)
      Field("right", \.right, .point, presence: .whereKnown)
    }
  }
}

extension ReaderCorrection {
  /// The JSON Schema of a correction's file.
  package static func jsonSchema() -> String {
    let head: JSONValue.Members = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("$id", .string("urn:hinged:schema:correction:1")), ("title", .string(schemaName)),
      (
        "description",
        .string(
          "What a reader says of the result of one study. Frames are 0-based; x and y are pixel-index coordinates of the "
            + "stored frame, the centre of the top left pixel being (0, 0). A file has at most 1 MiB, a text at most "
            + "10,000 characters.")
      ),
    ]
    return RecordSchema.schema(of: form, .published, head: head).laidOut()
  }

  /// Why a correction cannot be taken, in a sentence without content of the file.
  package struct Refusal: Error, Equatable {
    package var sentence: String
    /// The study that it names, where that is a valid UID.
    package var study: String?

    package init(_ sentence: String, study: String? = nil) {
      self.sentence = sentence
      self.study = study
    }
  }

  /// Bytes of the largest file.
  package static let mostBytes = 1 << 20
  /// Characters of the longest text.
  package static let longestText = 10_000

  /// - Throws: where the bytes are no correction, or one that no result can take.
  package init(_ bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Self.mostBytes else {
      throw Refusal("The correction is larger than \(Self.mostBytes >> 20) MiB.")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Refusal("The correction is not UTF-8.")
    }
    do { self = try Self.form.read(bytes) } catch {
      throw Refusal("The correction is not readable: \(error.sentence)", study: Self.statedStudy(bytes))
    }
    if let fault = fault {
      throw Refusal(fault, study: DICOMUID.isValid(studyInstanceUID) ? studyInstanceUID : nil)
    }
  }

  private static func statedStudy(_ bytes: [UInt8]) -> String? {
    guard let json = try? JSONValue(json: bytes), case .object(let members) = json,
      case .string(let uid)? = members.first(where: { $0.key == "study_uid" })?.value,
      DICOMUID.isValid(uid)
    else { return nil }
    return uid
  }

  /// What is wrong with it whatever the result is.
  private var fault: String? {
    if !DICOMUID.isValid(studyInstanceUID) { return "study_uid is no valid UID." }
    let digits = resultSHA256.utf8
    guard digits.count == 64,
      digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 97...102 ~= $0 })
    else { return "result_sha256 is no SHA-256 in lower-case hexadecimal digits." }
    let clips = clips ?? []
    if clips.isEmpty { return "The correction says nothing of any clip." }
    if Set(clips.map(\.sopInstanceUID)).count < clips.count { return "A clip is listed twice; list it once." }
    if ([reader] + clips.map(\.remark)).contains(where: { $0?.count ?? 0 > Self.longestText }) {
      return "A text is longer than \(Self.longestText) characters."
    }
    return clips.lazy.compactMap(\.fault).first
  }
}

extension ReaderCorrection.Clip {
  fileprivate var fault: String? {
    if !DICOMUID.isValid(sopInstanceUID) { return "sop_instance_uid is no valid UID." }
    let measurements = measurements ?? []
    if Set(measurements.map(\.phase)).count < measurements.count {
      return "A phase of clip \(sopInstanceUID) is listed twice; list it once."
    }
    if view == nil, mirrored == nil, verdict == nil, remark == nil, measurements.isEmpty {
      return "Nothing is said of clip \(sopInstanceUID)."
    }
    if view == nil, mirrored != nil { return "mirrored needs a view beside it." }
    return nil
  }
}

extension ReaderCorrection {
  /// Whether a file's first bytes are those of a correction, whole or not. Looks as far as the schema's name may come.
  package static func isBegun(by start: some Sequence<UInt8>) -> Bool {
    let start = Array(start.prefix(startBytes))
    guard start.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else {
      return false
    }
    return String(decoding: start, as: UTF8.self).contains("hinged.correction/")
  }

  /// So far the schema's name is looked for.
  package static let startBytes = 4_096

  /// Whether bytes are JSON to their end: a file that is still being copied is not.
  package static func isWhole(_ bytes: [UInt8]) -> Bool { (try? JSONValue(json: bytes)) != nil }
}
