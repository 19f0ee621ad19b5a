import Foundation
import Platform
import Reports
import Spool
import Study

/// The clips that only the revision before has: their files go on into the next one, and their pictures onto its page.
struct KeptClips: Sendable {
  let predecessor: StudyPipeline.Predecessor
  /// SOPInstanceUIDs of the clips that the next revision has anew.
  let present: Set<String>

  /// - Returns: The pictures among the files.
  func copy(into staging: String) throws -> HTMLReport.Overlays {
    let there = Set(try Files.names(in: predecessor.folder, .outbox))
    var pictures = HTMLReport.Overlays()
    // A new one takes its place where the study's picture is another one now.
    if there.contains(StudyFacts.picture) {
      try Files.copy(
        predecessor.folder + "/" + StudyFacts.picture, to: staging + "/" + StudyFacts.picture, .staging)
    }
    for uid in predecessor.report.clips.map(\.sopInstanceUID) where !present.contains(uid) {
      for suffix in ClipWriter.suffixes where there.contains(uid + suffix) {
        try Files.copy(predecessor.folder + "/" + uid + suffix, to: staging + "/" + uid + suffix, .staging)
      }
      for phase in CyclePhase.allCases where there.contains(uid + ClipWriter.suffix(ofPicture: phase)) {
        pictures[uid, phase] = try Files.read(
          staging + "/" + uid + ClipWriter.suffix(ofPicture: phase), .staging)
      }
    }
    return pictures
  }

  /// The cines that the page of the revision before has, as far as there is room beside the new ones.
  func addCines(to cines: inout [String: HTMLReport.Cine]) throws {
    let path = predecessor.folder + "/index.html"
    let kept = predecessor.report.clips.enumerated().filter { !present.contains($1.sopInstanceUID) }
    guard !kept.isEmpty, try Files.exists(path, .outbox) else { return }
    let page = Data(try Files.read(path, .outbox))
    for (index, clip) in kept {
      guard let cine = HTMLReport.Cine(ofClip: index + 1, on: page) else { continue }
      let frames = cines.values.map(\.frames.count) + [cine.frames.count]
      if HTMLReport.areOnPage(cinesOf: [frames.reduce(0, +)]) == [true] { cines[clip.sopInstanceUID] = cine }
    }
  }
}
