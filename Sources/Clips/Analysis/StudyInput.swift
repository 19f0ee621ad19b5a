import Foundation
import Hinge
import Platform
import Study

/// One file of a study, with what its header says.
package struct StudyFile: Sendable {
  /// Where to read it.
  package var path: String
  /// The path that it came by, which view rules may ask for. It may name the patient.
  package var origin: String
  /// Further paths that it came by since, as a copy or because it was asked for again.
  package var laterOrigins: [String] = []
  package var sha256: String
  package var header: ClipHeader
  /// Time of the last change of the content, nanoseconds since 1970.
  package var modified: Int64 = 0
  /// What a reader's correction says of the view that these pixels show; an apical one.
  package var readerView: EchoView?

  package init(
    path: String, origin: String, laterOrigins: [String] = [], sha256: String, header: ClipHeader,
    modified: Int64 = 0
  ) {
    self.path = path
    self.origin = origin
    self.laterOrigins = laterOrigins
    self.sha256 = sha256
    self.header = header
    self.modified = modified
  }

  /// The file's name without its folders.
  package var name: String { Files.lastComponent(of: origin) }
}

/// The files of one StudyInstanceUID in a stable order; one an instance, once copies are settled (`StudyWalk`).
package struct StudyInput: Sendable {
  package var studyInstanceUID: String
  package var files: [StudyFile]
  /// Files of the study that are not analysed, with their ends.
  package var others: [StudyReport.Input] = []
  /// It was still growing when it was closed, so it may lack files.
  package var isClosedAtLimit = false

  package init(
    studyInstanceUID: String, files: [StudyFile], others: [StudyReport.Input] = [],
    isClosedAtLimit: Bool = false
  ) {
    self.studyInstanceUID = studyInstanceUID
    self.files = files
    self.others = others
    self.isClosedAtLimit = isClosedAtLimit
  }

  /// The time that outputs state as theirs: the latest that the sources state, so that the same work gives the same
  /// bytes; the start of 1970 where none states any.
  package var contentTime: UTCTime {
    files.compactMap(\.header.statedTime).max() ?? UTCTime(milliseconds: 0)
  }

  /// Each as the first file states it that does.
  package var patient: PatientFacts {
    PatientFacts(files.map(\.header.attributes).reduce(into: [:]) { $0.merge($1) { first, _ in first } })
  }
}

extension ClipHeader {
  /// AcquisitionDateTime, else ContentDate and ContentTime, else StudyDate and StudyTime, taken as UTC.
  package var statedTime: UTCTime? {
    if let text = texts["AcquisitionDateTime"], let time = UTCTime(dicom: text) { return time }
    for (date, time) in [("ContentDate", "ContentTime"), ("StudyDate", "StudyTime")] {
      guard let day = texts[date] else { continue }
      if let stated = UTCTime(dicom: day + (texts[time] ?? "")) { return stated }
    }
    return nil
  }
}

extension UTCTime {
  package static var now: UTCTime { UTCTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

  /// `YYYYMMDD[HH[MM[SS]]]`, as the DA, TM and DT values of PS3.5 6.2 begin; `nil` where the date is none.
  package init?(dicom text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }.compactMap(\.wholeNumberValue)
    guard digits.count >= 8 else { return nil }
    func number(_ range: Range<Int>) -> Int {
      range.upperBound <= digits.count ? digits[range].reduce(0) { $0 * 10 + $1 } : 0
    }
    var parts = DateComponents()
    parts.calendar = Calendar(identifier: .gregorian)
    parts.timeZone = TimeZone(secondsFromGMT: 0)
    (parts.year, parts.month, parts.day) = (number(0..<4), number(4..<6), number(6..<8))
    (parts.hour, parts.minute, parts.second) = (number(8..<10), number(10..<12), number(12..<14))
    guard parts.isValidDate, let date = parts.date else { return nil }
    self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1000))
  }
}

extension ClipReport {
  /// Documents and pictures of other modalities are none of a report's sources.
  package var isUltrasound: Bool { status != .ignored && reason != .notUltrasound }
}

extension StudyReport {
  /// The pictures that the report rests on or speaks of, those that only an earlier revision had included.
  /// - Parameter earlier: the attributes that the report before this one has.
  package func sources(from input: StudyInput, earlier: [String: String] = [:]) -> [SourceClip] {
    let attributes = attributes(of: input, earlier: earlier)
    return clips.compactMap { clip in
      guard clip.isUltrasound, let sopClass = clip.sopClassUID, DICOMUID.isValid(sopClass),
        let series = clip.seriesInstanceUID, DICOMUID.isValid(series)
      else { return nil }
      return SourceClip(
        sopClassUID: sopClass, sopInstanceUID: clip.sopInstanceUID, seriesInstanceUID: series,
        studyInstanceUID: study.uid, attributes: attributes, rows: clip.rows, columns: clip.columns,
        frames: clip.frames, spacing: clip.spacing.map { PixelSpacing(x: $0.x, y: $0.y) })
    }
  }

  /// Each attribute of the patient and the study as the first file states it that does, those of measured clips
  /// before the others, and the earlier report last. Files of one study agree on the patient.
  private func attributes(of input: StudyInput, earlier: [String: String]) -> [String: String] {
    let measured = Set(clips.filter { $0.status == .measured }.map(\.sopInstanceUID))
    let isMeasured = { (file: StudyFile) in measured.contains(file.header.sopInstanceUID ?? "") }
    let files = input.files.filter(isMeasured) + input.files.filter { !isMeasured($0) }
    return (files.map(\.header.attributes) + [earlier]).reduce(into: [:]) { stated, more in
      stated.merge(more) { first, _ in first }
    }
  }
}
