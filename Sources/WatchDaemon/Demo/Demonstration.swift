import Foundation
import Study

/// Why the demonstration could not be given: a sentence with the remedy.
struct DemoFailure: Error, CustomStringConvertible, Equatable {
  var description: String
}

/// `hinged demo`: makes a study whose hinge points are known, has it measured and prints truth beside measurement.
///
/// `directory` gets the folders `inbox` and `outbox`; without it they are made in a new temporary folder.
/// `process` measures what is in the inbox folder, writes into the outbox folder and returns the report. The
/// result is 0 only where every hinge point is within 5 mm of the truth, and 1 otherwise.
func runDemo(
  directory: String?, clips: [DemoClip] = DemoStudy.clips(),
  process: (_ inbox: String, _ outbox: String) throws -> StudyReport,
  say: (String) -> Void = { print($0) }
) throws -> Int32 {
  let folder = try demoFolder(directory)
  let inbox = try freshFolder(folder + "/inbox")
  let outbox = try freshFolder(folder + "/outbox")

  let study = try freshFolder(inbox + "/phantom")
  for (index, clip) in clips.enumerated() {
    say("clip \(index + 1): \(clip.title), \(clip.cine.frames) frames")
    try clip.write(to: study + "/clip\(index + 1).dcm")
  }
  let report = try process(inbox, outbox)
  let comparison = DemoComparison(report, clips)
  say("")
  say(comparison.table)
  say("")
  say("Points are pixels of the stored frame, from its top left pixel's centre; frames count from 0.")
  let results = "\(outbox)/\(report.study.uid)"
  say("Results: \(results)")
  if let clip = report.clips.first(where: { $0.status == .measured }) {
    say("Look at: \(results)/index.html, \(results)/\(clip.sopInstanceUID).ED.png")
  }
  say(verdict(comparison))
  say("Research use only. Not for diagnosis.")
  return comparison.isGood ? 0 : 1
}

private func verdict(_ comparison: DemoComparison) -> String {
  let tolerance = Int(DemoComparison.toleranceMillimetres)
  if comparison.isGood { return "Every hinge point is within \(tolerance) mm of the truth." }
  let far = comparison.rows.filter { $0.errorMillimetres > DemoComparison.toleranceMillimetres }
  return "NOT as it should be: \(far.count) points are more than \(tolerance) mm off, "
    + "\(comparison.gaps.count) results are missing."
}

private func demoFolder(_ directory: String?) throws -> String {
  if let directory { return URL(fileURLWithPath: directory).standardizedFileURL.path }
  return FileManager.default.temporaryDirectory
    .appendingPathComponent("hinged-demo-\(UUID().uuidString)").path
}

/// Makes the folder, or takes an empty one.
private func freshFolder(_ path: String) throws -> String {
  let manager = FileManager.default
  try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
  guard try manager.contentsOfDirectory(atPath: path).isEmpty else {
    throw DemoFailure(description: "\(path) is not empty: name another folder with --dir, or empty it")
  }
  return path
}
