import Clips
import Foundation
import Hinge
import Platform
import Study

/// What readers set and accepted as a data set in CAMUS's layout, as `evaluate` and the training read it. Nothing in it
/// says whose clips they are: studies are numbered in the order of their digests, and pictures, where they are wanted,
/// are black outside of the sector.
package struct ReadDataset: Sendable, Equatable {
  /// Clips of one study, one a view.
  package struct Patient: Sendable, Equatable {
    package var name: String
    package var clips: [Clip]
  }

  package struct Clip: Sendable, Equatable {
    package var sopInstanceUID: String
    /// `PixelDigest` of the clip that was read; `nil` where it is not known.
    package var pixels: String?
    package var frames: [ReadFrame]
    package var view: CAMUSDataset.View { frames[0].view }
    /// Both phases are there: `evaluate` reads no clip with less.
    var isWhole: Bool { Set(frames.map(\.phase)).count == CyclePhase.allCases.count }
  }

  package private(set) var patients: [Patient] = []

  /// - Parameter reports: The latest result of each study.
  package init(_ reports: some Sequence<StudyReport>) {
    let studies = reports.compactMap { report -> (key: String, clips: [Clip])? in
      let clips = report.clips.compactMap { clip -> Clip? in
        let frames = ReadFrame.all(of: clip)
        return frames.isEmpty
          ? nil : Clip(sopInstanceUID: clip.sopInstanceUID, pixels: clip.pixels, frames: frames)
      }
      return clips.isEmpty ? nil : (SHA256.hexDigest(of: Array(report.study.uid.utf8)), clips)
    }
    for (number, study) in studies.sorted(by: { $0.key < $1.key }).enumerated() {
      let digits = String(number + 1)
      let name = "read" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      add(study.clips, as: name)
    }
  }

  /// A second clip of a view is a patient of its own in CAMUS's layout, whose name says so.
  private mutating func add(_ clips: [Clip], as name: String) {
    for clip in clips {
      let same = { (patient: Patient) in
        patient.name.hasPrefix(name) && !patient.clips.contains { $0.view == clip.view }
      }
      if let place = patients.firstIndex(where: same) {
        patients[place].clips.append(clip)
      } else {
        let count = patients.count { $0.name.hasPrefix(name) }
        patients.append(Patient(name: count == 0 ? name : "\(name)-\(count + 1)", clips: [clip]))
      }
    }
  }

  package var frames: Int { patients.flatMap(\.clips).map(\.frames.count).reduce(0, +) }
}

extension ReadDataset {
  private static let folders: [CAMUSDataset.View: String] = [.fourChamber: "camus", .twoChamber: "camus_2ch"]

  /// Writes a folder a view with a folder a patient, and `<view>.txt` with the patients that have both phases.
  /// - Parameter pictures: Gives the frames of a clip; `nil` where they are not wanted or not there.
  package func write(into folder: String, pictures: (Clip) throws -> SectorPictures?) throws {
    for patient in patients {
      for clip in patient.clips {
        let place = "\(folder)/\(Self.folders[clip.view] ?? "")/\(patient.name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let sectors = try pictures(clip)
        for frame in clip.frames {
          try write(
            frame, sectors, as: "\(place)/\(patient.name)_\(clip.view.rawValue)_\(frame.phase.rawValue)")
        }
      }
    }
    for view in CAMUSDataset.View.allCases {
      let whole = patients.filter { $0.clips.contains { $0.view == view && $0.isWhole } }.map(\.name)
      if whole.isEmpty { continue }
      try write(Array((whole.joined(separator: "\n") + "\n").utf8), to: "\(folder)/\(view.rawValue).txt")
    }
  }

  private func write(_ frame: ReadFrame, _ sectors: SectorPictures?, as stem: String) throws {
    let pixels = sectors?.frames[frame.frame]
    let grid =
      pixels == nil ? PixelBox(x: 0, y: 0, width: frame.columns, height: frame.rows) : sectors?.box
    guard let grid else { return }
    let labels = frame.labels(on: grid)
    let points = TruthPoints(
      left: frame.left.moved(to: grid), right: frame.right.moved(to: grid),
      labels: labels == nil ? [] : ReadFrame.knownLabels.map { Int($0.rawValue) })
    try write(Array(points.json.pretty().utf8), to: stem + TruthPoints.suffix)
    if let labels { try write(image(labels, grid, frame), to: stem + "_gt.nii.gz") }
    if let pixels { try write(image(pixels, grid, frame), to: stem + ".nii.gz") }
  }

  private func image(_ pixels: [UInt8], _ grid: PixelBox, _ frame: ReadFrame) throws -> [UInt8] {
    try NIfTI.encode(
      GridImage(width: grid.width, height: grid.height, spacing: frame.spacing, pixels: pixels))
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw EvaluationError(file: path, problem: "it cannot be written")
    }
  }
}

extension ReadFrame {
  /// The record keeps outlines of these; where the myocardium lies is not known.
  static let knownLabels = [ChamberLabel.leftVentricle, .leftAtrium]

  /// The program's labels of the chambers; `nil` where their outlines are not kept.
  fileprivate func labels(on grid: PixelBox) -> [UInt8]? {
    guard let contours, contours.ventricle.count > 2, contours.atrium.count > 2 else { return nil }
    var labels = [UInt8](repeating: ChamberLabel.background.rawValue, count: grid.width * grid.height)
    for (loop, label) in [(contours.atrium, ChamberLabel.leftAtrium), (contours.ventricle, .leftVentricle)] {
      let outline = Outline(loops: [loop.map { $0.moved(to: grid) }])
      for run in outline.pixels(width: grid.width, height: grid.height) where run.row < grid.height {
        for column in run.columns { labels[run.row * grid.width + column] = label.rawValue }
      }
    }
    return labels
  }
}

extension Point {
  /// From the stored frame's pixel indices to those of a box of it.
  fileprivate func moved(to grid: PixelBox) -> Point {
    Point(x: x - Double(grid.x), y: y - Double(grid.y))
  }
}
