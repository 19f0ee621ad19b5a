import Foundation
import Glibc
import Platform
import Reports
import Spool
import Study

/// The result that a new revision supersedes: clips that only it has keep their results and their files.
struct Predecessor: Sendable {
  var report: StudyReport
  /// The folder that it was published in.
  var folder: String
  /// Of its `study.json`.
  var sha256 = ""
}

extension Predecessor {
  /// - Parameter isReplaceable: What cannot be read any more is made again from inputs that are kept, and counts as none.
  ///   A disk or a share that fails now says nothing of what is there, and is always an error.
  /// - Returns: `nil` where nothing was published, or nothing that is left.
  init?(_ succession: Succession, isReplaceable: Bool) throws {
    guard let folder = succession.folder else { return nil }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(folder + "/study.json", .outbox) } catch {
      if isReplaceable, error.code == ENOENT { return nil }
      throw error
    }
    do {
      self.init(
        report: try StudyJSON.decode(Data(bytes)), folder: folder, sha256: SHA256.hexDigest(of: bytes))
    } catch {
      if isReplaceable { return nil }
      throw error
    }
  }

  /// Copies the files of the clips that the next revision has no more than the results of.
  /// - Parameters:
  ///   - present: SOPInstanceUIDs of the clips that were analysed.
  ///   - next: The report of the next revision: pictures that a reader's word changes are left out.
  /// - Returns: The pictures among the files, for the next revision's page.
  func copyClips(
    besides present: Set<String>, into staging: String, for next: StudyReport? = nil
  ) throws -> HTMLReport.Overlays {
    let there = Set(try Files.names(in: folder, .outbox))
    var pictures = HTMLReport.Overlays()
    // A new one takes its place where the study's picture is another one now.
    let isStale =
      report.previewedClip.map { uid in
        !present.contains(uid)
          && next.map { report.phasesChanged(inClip: uid, of: $0).contains(.endDiastole) } == true
      } ?? false
    if there.contains(StudyFacts.picture), !isStale {
      try Files.copy(folder + "/" + StudyFacts.picture, to: staging + "/" + StudyFacts.picture, .staging)
    }
    for uid in report.clips.map(\.sopInstanceUID) where !present.contains(uid) {
      let changed = next.map { report.phasesChanged(inClip: uid, of: $0) } ?? []
      let stale = Set(changed.map { ClipWriter.suffix(ofPicture: $0) })
      for suffix in ClipWriter.suffixes where there.contains(uid + suffix) && !stale.contains(suffix) {
        try Files.copy(folder + "/" + uid + suffix, to: staging + "/" + uid + suffix, .staging)
      }
      for phase in CyclePhase.allCases
      where there.contains(uid + ClipWriter.suffix(ofPicture: phase))
        && !stale.contains(ClipWriter.suffix(ofPicture: phase))
      {
        pictures[uid, phase] = try Files.read(
          staging + "/" + uid + ClipWriter.suffix(ofPicture: phase), .staging)
      }
    }
    return pictures
  }

  /// The cines that its page has of those clips, as far as there is room beside the new ones.
  /// - Parameter redrawn: Frames in which a reader's points stand now, by clip.
  func addCines(
    besides present: Set<String>, to cines: inout [String: HTMLReport.Cine], for next: StudyReport,
    _ redrawn: [String: ReadPictures.Drawn]
  ) throws {
    let kept = report.clips.enumerated().filter { !present.contains($1.sopInstanceUID) }
    guard !kept.isEmpty, try Files.exists(folder + "/index.html", .outbox) else { return }
    let page = Data(try Files.read(folder + "/index.html", .outbox))
    for (index, clip) in kept {
      guard var cine = HTMLReport.Cine(ofClip: index + 1, on: page) else { continue }
      let read = next.clip(clip.sopInstanceUID)?.measurements.filter { $0.source == .reader } ?? []
      let moved = report.phasesChanged(inClip: clip.sopInstanceUID, of: next)
      cine.stale.formUnion(read.filter { moved.contains($0.phase) }.map(\.frame))
      if let drawn = redrawn[clip.sopInstanceUID] { cine.take(drawn.frames, drawnFor: drawn.place) }
      let frames = cines.values.map(\.frames.count) + [cine.frames.count]
      if frames.reduce(0, +) <= HTMLReport.mostCineFrames { cines[clip.sopInstanceUID] = cine }
    }
  }
}

extension StudyReport {
  /// Phases of a clip whose picture would be another one for a later report: another frame, other points or names of
  /// them, or another number.
  fileprivate func phasesChanged(inClip uid: String, of next: StudyReport) -> [CyclePhase] {
    let (before, after) = (clip(uid)?.measurements ?? [], next.clip(uid)?.measurements ?? [])
    return CyclePhase.allCases.filter { phase in
      before.first { $0.phase == phase }?.picture != after.first { $0.phase == phase }?.picture
    }
  }

  /// Inputs of an earlier report in whose place this one has another file of their instance.
  func replaced(in earlier: StudyReport) -> [Input] {
    let files = Dictionary(
      inputs.map { ($0.sopInstanceUID ?? "", $0.sha256) }, uniquingKeysWith: { first, _ in first })
    return earlier.inputs.filter { input in
      guard input.state == .used || input.state == .excluded, let uid = input.sopInstanceUID,
        let sha256 = files[uid]
      else { return false }
      return sha256 != input.sha256
    }
  }

  /// Takes over what only the earlier result has: clips that are not analysed again keep theirs.
  mutating func supersede(_ predecessor: Predecessor, isClosedAtLimit: Bool) {
    let earlier = predecessor.report
    let present = Set(clips.map(\.sopInstanceUID))
    clips += earlier.clips.filter { !present.contains($0.sopInstanceUID) }.map {
      $0.measured(by: earlier.model)
    }
    let known = Set(inputs.map(\.sha256))
    inputs += earlier.inputs.filter {
      !known.contains($0.sha256) && !present.contains($0.sopInstanceUID ?? "")
    }
    status = Self.status(of: clips, isClosedAtLimit: isClosedAtLimit)
  }
}

extension ClipReport {
  /// With the model named that earlier versions named for the study alone.
  fileprivate func measured(by model: StudyReport.Model) -> ClipReport {
    var clip = self
    if curves != nil { clip.model = clip.model ?? model }
    return clip
  }
}

extension PhaseMeasurement {
  /// What its picture shows beside outlines.
  fileprivate struct Picture: Equatable {
    var frame: Int
    var points: [OverlayScene.Mark]
    var diameter: OverlayScene.Diameter?
  }

  fileprivate var picture: Picture {
    .init(
      frame: frame, points: hingePoints.map { OverlayScene.Mark($0) }, diameter: OverlayScene.Diameter(self))
  }
}
