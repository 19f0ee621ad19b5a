import Foundation

/// Writes a study's outputs into its staging folder.
struct StudyWriter: Sendable {
  let settings: AnalysisSettings

  /// Everything but the record, which is written last.
  func write(
    _ report: StudyReport, _ study: StudyInput, _ outcomes: [ClipAnalysis.Outcome],
    predecessor: StudyPipeline.Predecessor?, into staging: String, log: inout StudyLog
  ) throws {
    if let predecessor { try keep(clipsOf: predecessor, missingFrom: outcomes, in: staging) }
    var overlays = HTMLReport.Overlays()
    var cines: [String: HTMLReport.Cine] = [:]
    for (file, outcome) in zip(study.files, outcomes) {
      guard let segmented = outcome.segmented else { continue }
      let clip = ClipWriter(file: file, outcome: outcome, segmented: segmented, settings: settings)
      let pictures = try clip.write(source: source(of: file, report), report, into: staging, log: &log)
      let uid = outcome.report.sopInstanceUID
      for (phase, png) in pictures.overlays { overlays[uid, phase] = png }
      if !pictures.cine.isEmpty { cines[uid] = HTMLReport.Cine(frames: pictures.cine.map { Data($0) }) }
    }
    if settings.outputs.contains(.sr) {
      try writeStructuredReport(report, study, predecessor, into: staging, log: &log)
    }
    if settings.outputs.contains(.html) {
      let page = HTMLReport.render(report: report, overlays: overlays, cines: cines)
      try write(Array(page.utf8), "index.html", in: staging)
    }
  }

  /// `log.jsonl`, then `study.json`.
  func writeRecord(_ report: StudyReport, log: StudyLog, into staging: String) throws {
    try write(Array(log.text.utf8), "log.jsonl", in: staging)
    try write(Array(StudyJSON.encode(report)), "study.json", in: staging)
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

  private func writeStructuredReport(
    _ report: StudyReport, _ study: StudyInput, _ predecessor: StudyPipeline.Predecessor?,
    into staging: String, log: inout StudyLog
  ) throws {
    let sources = report.sources(from: study)
    guard !sources.isEmpty else { return }
    let uids = DerivedUID(
      inputs: report.inputs.map(\.sha256), model: report.model.sha256, configuration: settings.digest,
      version: report.software.version)
    let bytes: [UInt8]
    do throws(StructuredReport.Failure) {
      bytes = try StructuredReport.encode(
        report: report, sources: sources, uids: uids, contentTime: study.contentTime,
        kind: settings.reportKind, predecessor: predecessor.flatMap(document))
    } catch {
      // Attributes of the source that no valid object can repeat cost the study its report, not its results.
      log.add("report-refused", stage: "publish", at: .now)
      return
    }
    try write(bytes, "report.dcm", in: staging)
  }

  /// The report that an earlier revision published; `nil` where there is none that can be read.
  private func document(of predecessor: StudyPipeline.Predecessor) -> StructuredReport.Document? {
    let path = predecessor.folder + "/report.dcm"
    guard let header = try? ClipReader.readHeader(path: path),
      let study = header.studyInstanceUID, let series = header.seriesInstanceUID,
      let sopClass = header.sopClassUID, let instance = header.sopInstanceUID
    else { return nil }
    return .init(
      studyInstanceUID: study, seriesInstanceUID: series, sopClassUID: sopClass, sopInstanceUID: instance)
  }

  /// Files of clips that only the earlier revision had.
  private func keep(
    clipsOf predecessor: StudyPipeline.Predecessor, missingFrom outcomes: [ClipAnalysis.Outcome],
    in staging: String
  ) throws {
    let present = Set(outcomes.map(\.report.sopInstanceUID))
    let kept = predecessor.report.clips.map(\.sopInstanceUID).filter { !present.contains($0) }
    let names = Set(kept.flatMap { uid in ClipWriter.suffixes.map { uid + $0 } })
    for name in try Files.names(in: predecessor.folder, .outbox) where names.contains(name) {
      try Files.copy(predecessor.folder + "/" + name, to: staging + "/" + name, .staging)
    }
  }
}
