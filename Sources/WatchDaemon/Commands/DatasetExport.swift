import Clips
import Foundation
import Hinge
import Lab
import Platform
import Spool
import Study

/// `hinged agreement --dataset`: readers' frames as a data set.
struct DatasetExport {
  private let folder: String
  /// Files of clips, by their SOPInstanceUID; several may have the same.
  private let files: [String: [String]]
  private let wantsPictures: Bool

  /// - Returns: `nil` where none is wanted.
  init?(_ arguments: Arguments) throws(CommandFailure) {
    let named = arguments["--pictures"]?.split(separator: "\n").map(String.init) ?? []
    guard let folder = arguments["--dataset"] else {
      if named.isEmpty { return nil }
      throw .usage("--pictures needs --dataset DIR beside it")
    }
    let there = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard there.isEmpty else {
      throw CommandFailure(
        code: ExitCode.usage, sentence: "--dataset \(folder): the folder is not empty; name a new one")
    }
    self.folder = folder
    wantsPictures = !named.isEmpty
    files = try Self.files(named)
  }

  /// What the data set has.
  struct Written {
    var frames: Int
    /// Clips of which the picture was wanted and is not there, or is another one.
    var withoutPicture: Int
    var folder: String

    var members: JSONValue.Members {
      [("dataset_frames", .integer(frames)), ("dataset_clips_without_picture", .integer(withoutPicture))]
    }

    var sentences: [String] {
      var sentences = ["\(folder): \(Plural.of(frames, "frame")) that readers set or accepted"]
      if withoutPicture > 0 {
        sentences.append(
          "without a picture: \(Plural.of(withoutPicture, "clip")), whose file is not among those that --pictures "
            + "names, or shows other pixels than were read")
      }
      return sentences
    }
  }

  func write(_ reports: some Sequence<StudyReport>) throws -> Written {
    let dataset = ReadDataset(reports)
    var withoutPicture = 0
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try dataset.write(into: folder) { clip in
      guard wantsPictures else { return nil }
      let pictures = try pictures(of: clip)
      if pictures == nil { withoutPicture += 1 }
      return pictures
    }
    return Written(frames: dataset.frames, withoutPicture: withoutPicture, folder: folder)
  }

  /// - Returns: `nil` where no file shows the pixels that the reader saw.
  private func pictures(of clip: ReadDataset.Clip) throws -> SectorPictures? {
    let points = clip.frames.flatMap { [$0.left, $0.right] }
    for path in files[clip.sopInstanceUID] ?? [] {
      if let pixels = clip.pixels, (try? PixelDigest(decoding: path).hexadecimal) != pixels { continue }
      if let found = try? SectorPictures(of: path, frames: clip.frames.map(\.frame), around: points) {
        return found
      }
    }
    return nil
  }

  private static func files(_ named: [String]) throws(CommandFailure) -> [String: [String]] {
    let paths = try InputCollection(paths: named).files
    var files: [String: [String]] = [:]
    for (path, header) in zip(paths, ClipHeaders().headers(of: paths)) {
      guard let instance = (try? header.get())?.sopInstanceUID else { continue }
      files[instance, default: []].append(path)
    }
    return files
  }
}
