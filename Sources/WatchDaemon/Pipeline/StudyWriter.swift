import Clips
import Foundation
import Platform
import Reports
import Spool
import Study

/// Writes a study's outputs into its staging folder.
struct StudyWriter: Sendable {
  let settings: AnalysisSettings

  /// Everything but the record, which is written last. What does not wait for another is written side by side: the
  /// overlay cine of a clip while the next one is drawn, the report and the page beside the last.
  /// - Parameters:
  ///   - report: as the record has it.
  ///   - kept: files of clips that are not analysed and whose pictures a reader's word changes.
  /// - Returns: the page, where one is wanted, which `writeRecord` writes: it states the record's digest.
  func write(
    _ report: StudyReport, _ study: StudyInput, _ outcomes: [ClipAnalysis.Outcome],
    predecessor: Predecessor?, kept: [StudyFile] = [], into staging: String, log: inout StudyLog
  ) throws -> Data? {
    let present = Set(outcomes.map(\.report.sopInstanceUID))
    var overlays = try predecessor?.copyClips(besides: present, into: staging, for: report) ?? .init()
    let refusals = Refusals()
    var redrawn: [String: ReadPictures.Drawn] = [:]
    for file in kept {
      let pictures = ReadPictures(report: report, file: file, settings: settings, staging: staging)
      guard let uid = file.header.sopInstanceUID, let drawn = try pictures?.write() else { continue }
      for (phase, still) in drawn.stills { overlays[uid, phase] = still }
      redrawn[uid] = drawn
    }
    let sideBySide = SideBySide(threads: settings.threads)
    var cines: [String: HTMLReport.Cine] = [:]
    var left: [SideBySide.Piece] = []
    let clips = clips(of: report, study, outcomes, staging)
    for clip in clips {
      let work = try clip.begin(refusals)
      try sideBySide.run(left + work.pieces)
      let drawn = work.end()
      left = [{ try clip.writeCine(drawn, refusals) }]
      let uid = clip.clip.sopInstanceUID
      for (phase, still) in drawn.stills { overlays[uid, phase] = still }
      if !drawn.page.isEmpty {
        cines[uid] = .init(frames: drawn.page.map { Data($0) }, place: clip.pagePlace)
      }
    }
    let page = Guarded<Data?>(nil)
    if settings.outputs.contains(.html) {
      try predecessor?.addCines(besides: present, to: &cines, for: report, redrawn)
      left.insert(
        { [overlays, cines] in
          let text = HTMLReport.render(
            report: report, overlays: overlays, cines: cines, patient: study.patient)
          page.withLock { $0 = Data(text.utf8) }
        }, at: 0)
    }
    try sideBySide.run(left)
    // The documents refer to the objects, and so come after them.
    try writeDocuments(report, study, clips, overlays, predecessor, into: staging, refusals)
    for event in refusals.events { log.add(event.word, stage: "publish", at: .now, .cause(event.cause)) }
    return page.withLock { $0 }
  }

  /// The clips whose frames were segmented.
  private func clips(
    of report: StudyReport, _ study: StudyInput, _ outcomes: [ClipAnalysis.Outcome], _ staging: String
  ) -> [ClipWriter] {
    let drawn = zip(study.files, outcomes).filter { $1.segmented != nil }
    let previewed = report.previewedClip
    let areOnPage = HTMLReport.areOnPage(cinesOf: drawn.map(\.1.report))
    return zip(drawn, areOnPage).compactMap { clip, isOnPage in
      let (file, outcome) = clip
      guard let segmented = outcome.segmented else { return nil }
      let uid = outcome.report.sopInstanceUID
      let clip = report.clips.first { $0.sopInstanceUID == uid } ?? outcome.report
      return ClipWriter(
        file: file, clip: clip, pictures: outcome.pictures, segmented: segmented, settings: settings,
        object: source(of: file, report).map { object(of: file, clip, $0, report) }, isOnPage: isOnPage,
        isPreviewed: uid == previewed, staging: staging)
    }
  }

  private func object(
    of file: StudyFile, _ clip: ClipReport, _ source: SourceClip, _ report: StudyReport
  ) -> ClipObject {
    let uids = DerivedUID(
      inputs: [file.sha256], model: report.model.sha256, configuration: settings.digest,
      version: report.software.version, circumstances: [clip.view.code.rawValue])
    let status = try? Files.examine(file.path, .spool)
    return ClipObject(
      source: source, header: file.header, clip: clip, model: clip.model ?? report.model,
      software: report.software, uids: uids,
      contentTime: file.header.statedTime ?? UTCTime(milliseconds: 0),
      sourceBytes: status.map { Int($0.st_size) })
  }

  /// The page, `log.jsonl`, then `study.json`.
  func writeRecord(_ report: StudyReport, log: StudyLog, page: Data?, into staging: String) throws {
    let record = Array(try StudyJSON.encode(report))
    if let page {
      // A reader's correction says which result it is of, and is made on the page.
      let stated = HTMLReport.stating(digest: SHA256.hexDigest(of: record), on: page)
      try write(Array(stated), "index.html", in: staging)
    }
    try write(Array(log.text.utf8), "log.jsonl", in: staging)
    try write(record, "study.json", in: staging)
  }

  private func write(_ bytes: [UInt8], _ name: String, in staging: String) throws {
    try AtomicFile.write(bytes, to: staging + "/" + name, .staging)
  }

  /// What objects made from a file repeat of it; `nil` where they could not refer to it.
  private func source(of file: StudyFile, _ report: StudyReport) -> SourceClip? {
    let study = StudyInput(studyInstanceUID: report.study.uid, files: [file])
    let source = report.sources(from: study).first { $0.sopInstanceUID == file.header.sopInstanceUID }
    guard let source, DICOMUID.isValid(source.sopInstanceUID), DICOMUID.isValid(source.studyInstanceUID)
    else { return nil }
    return source
  }

  private func writeDocuments(
    _ report: StudyReport, _ study: StudyInput, _ clips: [ClipWriter], _ pictures: HTMLReport.Overlays,
    _ predecessor: Predecessor?, into staging: String, _ refusals: Refusals
  ) throws {
    guard !settings.outputs.isDisjoint(with: [.sr, .echo, .keys, .fhir, .pdf]) else { return }
    let earlier = predecessor.flatMap(headerOfReport)
    let sources = report.sources(from: study, earlier: earlier?.attributes ?? [:])
    guard !sources.isEmpty else {
      // Where only documents and the like came, there is nothing to report on.
      if settings.outputs.contains(.sr), report.clips.contains(where: \.isUltrasound) {
        refusals.note("report-refused", "No clip can be referred to.")
      }
      return
    }
    let uids = DerivedUID(
      inputs: report.inputs.map(\.sha256), model: report.model.sha256, configuration: settings.digest,
      version: report.software.version,
      circumstances: [report.status.rawValue]
        + report.clips.map { "\($0.sopInstanceUID) \($0.view.code.rawValue)" }
        + (report.corrections ?? []).map { "corrected by \($0.sha256)" })
    let written = try clips.compactMap { clip in
      try clip.objects().map { (clip.clip.sopInstanceUID, $0) }
    }
    let document = StudyDocument(
      report: report, sources: sources, uids: uids,
      contentTime: max(study.contentTime, earlier?.statedTime ?? study.contentTime),
      objects: Dictionary(written, uniquingKeysWith: { first, _ in first }),
      verifyingOrganization: settings.verifyingOrganization)
    try writeDocument(.sr, "report.dcm", "report-refused", in: staging, refusals) {
      () throws(StructuredReport.Failure) in
      try StructuredReport.encode(
        document, kind: settings.reportKind, predecessor: earlier.flatMap(self.document))
    }
    try writeDocument(.echo, "echo.dcm", "echo-refused", in: staging, refusals) {
      () throws(StructuredReport.Failure) in try EchoReport.encode(document)
    }
    try writeDocument(.keys, "keys.dcm", "keys-refused", in: staging, refusals) {
      () throws(StructuredReport.Failure) in try KeyObjects.encode(document)
    }
    if settings.outputs.contains(.fhir) {
      try write(Array(try FHIRBundle(document).text().utf8), "fhir.json", in: staging)
    }
    if settings.outputs.contains(.pdf) {
      try writePrinted(document, study.patient, pictures, in: staging, refusals)
    }
  }

  private func writePrinted(
    _ document: StudyDocument, _ patient: PatientFacts, _ pictures: HTMLReport.Overlays, in staging: String,
    _ refusals: Refusals
  ) throws {
    let pdf = PDFReport.render(
      report: document.report, attributes: document.sources.first?.attributes ?? [:], patient: patient,
      pictures: pictures, time: document.contentTime)
    try write(pdf, "report.pdf", in: staging)
    try refusals.unlessRefused("pdf-refused") {
      try write(try EncapsulatedPDF.encode(pdf, of: document), "report.pdf.dcm", in: staging)
    }
  }

  /// - Parameter encode: gives `nil` where there is nothing to say.
  private func writeDocument(
    _ output: Configuration.Output, _ name: String, _ refused: StudyLog.Word, in staging: String,
    _ refusals: Refusals, _ encode: () throws(StructuredReport.Failure) -> [UInt8]?
  ) throws {
    guard settings.outputs.contains(output) else { return }
    let bytes: [UInt8]?
    do throws(StructuredReport.Failure) {
      bytes = try encode()
    } catch {
      // Attributes of the source that no valid object can repeat cost the study its document, not its results.
      return refusals.note(refused, error.sentence)
    }
    if let bytes { try write(bytes, name, in: staging) }
  }

  /// Of the report that an earlier revision published; `nil` where there is none that can be read.
  private func headerOfReport(of predecessor: Predecessor) -> ClipHeader? {
    try? ClipReader.readHeader(path: predecessor.folder + "/report.dcm")
  }

  private func document(_ header: ClipHeader) -> StructuredReport.Document? {
    guard let study = header.studyInstanceUID, let series = header.seriesInstanceUID,
      let sopClass = header.sopClassUID, let instance = header.sopInstanceUID
    else { return nil }
    return .init(
      studyInstanceUID: study, seriesInstanceUID: series, sopClassUID: sopClass, sopInstanceUID: instance)
  }
}

extension StudyReport {
  /// The clip whose end diastole stands for the study: that of the annulus, whichever view it shows.
  var previewedClip: String? {
    let annulus = studyMeasurements.first { $0.name == "Mitral annulus diameter apical ED" }
    return annulus?.from.first ?? clips.first { !$0.measurements.isEmpty }?.sopInstanceUID
  }
}
