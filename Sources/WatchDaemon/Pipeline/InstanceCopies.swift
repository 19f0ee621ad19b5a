import Clips
import Platform
import Spool
import Study

/// Several files of one SOPInstanceUID that came at one time, such as the scanner's and the archive's. With the same
/// pixels they are copies of one instance, and the latest one counts, whose header was corrected last. With other
/// pixels, or where that cannot be told, which is the true one is for a person to decide, and none is used.
struct InstanceCopies {
  /// One file an instance, in the order in which they were given.
  var used: [StudyFile] = []
  /// How the other files ended, by digest.
  var ends: [String: InputEnd] = [:]

  /// - Parameters:
  ///   - files: Of no two the same bytes.
  ///   - pixels: A digest of a file's pixels; `nil` where they cannot be decoded.
  init(of files: [StudyFile], pixels: (StudyFile) throws -> String?) rethrows {
    let byInstance = Dictionary(grouping: files, by: \.header.sopInstanceUID)
    for file in files {
      let copies = byInstance[file.header.sopInstanceUID] ?? []
      if copies.count == 1 {
        used.append(file)
      } else if copies.first?.sha256 == file.sha256 {
        try settle(copies.sorted { ($0.modified, $0.origin) < ($1.modified, $1.origin) }, pixels)
      }
    }
  }

  private mutating func settle(_ copies: [StudyFile], _ pixels: (StudyFile) throws -> String?) rethrows {
    guard var latest = copies.last else { return }
    guard try Self.areOneInstance(copies, pixels) else {
      for file in copies { ends[file.sha256] = Self.conflict }
      return
    }
    for file in copies.dropLast() {
      ends[file.sha256] = Self.superseded
      latest.laterOrigins += ([file.origin] + file.laterOrigins).filter { !latest.isKnown(by: $0) }
    }
    used.append(latest)
  }

  /// Whether they show the same. Of documents, which have no pixels, that is not asked: nothing is measured in them.
  private static func areOneInstance(
    _ copies: [StudyFile], _ pixels: (StudyFile) throws -> String?
  ) rethrows -> Bool {
    if copies.allSatisfy({ !$0.header.hasPixelData }) {
      return Set(copies.map(\.header.sopClassUID)).count == 1
    }
    guard copies.allSatisfy(\.header.hasPixelData), let first = try pixels(copies[0]) else { return false }
    return try copies.dropFirst().allSatisfy { try pixels($0) == first }
  }

  private static let conflict = InputEnd(
    state: .held, reason: .uidConflict, detail: InstanceConflict.sentence)
  private static let superseded = InputEnd(
    state: .ignored, reason: .superseded, detail: ReasonText.sentence(.superseded))
}

extension StudyFile {
  fileprivate func isKnown(by path: String) -> Bool { origin == path || laterOrigins.contains(path) }

  /// `nil` where the frames cannot be decoded.
  func pixelDigest(_ checkpoint: Checkpoint) throws -> String? {
    do { return try PixelDigest(decoding: path, checkpoint).hexadecimal } catch is ClipReadError {
      return nil
    }
  }
}

extension StudyInput {
  /// Leaves one file an instance, and moves the others to those that are not analysed.
  /// - Returns: How they ended, by digest.
  mutating func settleCopies(_ checkpoint: Checkpoint) throws -> [String: InputEnd] {
    let copies = try InstanceCopies(of: files) { try $0.pixelDigest(checkpoint) }
    others += files.compactMap { file in
      copies.ends[file.sha256].map { end in
        StudyReport.Input(
          sopInstanceUID: file.header.sopInstanceUID, sha256: file.sha256, state: end.state,
          reason: end.reason)
      }
    }
    files = copies.used
    return copies.ends
  }
}
