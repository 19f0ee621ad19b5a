import Foundation
import Hinge

/// Writes a study's outputs into its staging folder.
struct StudyWriter: Sendable {
  let segmenter: Segmenter
  let settings: AnalysisSettings

  /// Everything but the record, which is written last.
  func write(
    _ report: StudyReport, _ study: StudyInput, _ outcomes: [ClipAnalysis.Outcome],
    predecessor: StudyPipeline.Predecessor?, into staging: String, log: inout StudyLog
  ) throws {
    if let predecessor { try keep(clipsOf: predecessor, missingFrom: outcomes, in: staging) }
    var overlays = HTMLReport.Overlays()
    for (file, outcome) in zip(study.files, outcomes) where settings.outputs.contains(.png) {
      for (phase, png) in try overlayPNGs(file, outcome) {
        let name = "\(outcome.report.sopInstanceUID).\(phase.rawValue).png"
        try write(png, name, in: staging)
        overlays[outcome.report.sopInstanceUID, phase] = png
      }
    }
    if settings.outputs.contains(.sr) { try writeStructuredReport(report, study, into: staging, log: &log) }
    if settings.outputs.contains(.html) {
      try write(Array(HTMLReport.render(report: report, overlays: overlays).utf8), "index.html", in: staging)
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

  /// The measured frames with what was found on them.
  private func overlayPNGs(
    _ file: StudyFile, _ outcome: ClipAnalysis.Outcome
  ) throws -> [(CyclePhase, [UInt8])] {
    guard let target = outcome.pictures.first?.target else { return [] }
    let indices = Set(outcome.pictures.map(\.measurement.frame)).sorted()
    let decoder = try CineDecoder(path: file.path, frames: indices, limits: .init())
    defer { decoder.close() }
    let mapping = GridMapping(target.geometry(inputSide: segmenter.inputSide))
    let decoding = MaskDecoding(geometry: mapping.geometry)
    let worker = try segmenter.makeWorker(threads: settings.threads)
    var pngs: [(CyclePhase, [UInt8])] = []
    while let frame = try decoder.next() {
      let mask = decoding.labels(try worker.segment(frame.gray, with: mapping))
      for picture in outcome.pictures where picture.measurement.frame == frame.index {
        let scene = picture.scene(on: frame.gray, mask: mask, of: outcome.report)
        pngs.append((picture.measurement.phase, try OverlayPNG.render(scene)))
      }
    }
    return pngs
  }

  private func writeStructuredReport(
    _ report: StudyReport, _ study: StudyInput, into staging: String, log: inout StudyLog
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
        kind: settings.reportKind)
    } catch {
      // Attributes of the source that no valid object can repeat cost the study its report, not its results.
      log.add("report-refused", stage: "publish", at: .now)
      return
    }
    try write(bytes, "report.dcm", in: staging)
  }

  /// Files of clips that only the earlier revision had.
  private func keep(
    clipsOf predecessor: StudyPipeline.Predecessor, missingFrom outcomes: [ClipAnalysis.Outcome],
    in staging: String
  ) throws {
    let present = Set(outcomes.map(\.report.sopInstanceUID))
    let kept = predecessor.report.clips.map(\.sopInstanceUID).filter { !present.contains($0) }
    for name in try Files.names(in: predecessor.folder, .outbox)
    where kept.contains(where: { name.hasPrefix($0 + ".") }) {
      try Files.copy(predecessor.folder + "/" + name, to: staging + "/" + name, .staging)
    }
  }
}
