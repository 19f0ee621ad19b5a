import Clips
import Platform
import Spool
import Study

/// Judges files that come under the SOPInstanceUID of a published one with other bytes. The same pixels mean that the
/// header was corrected, and the study gets a new revision; with other pixels the published file stays, and the new
/// one is held.
struct CorrectionCheck {
  /// An input of what is published.
  struct Known {
    var sopInstanceUID: String?
    var sha256: String
    /// Where its bytes are, if they are kept.
    var path: String?
    /// The digest that was published with its clip.
    var pixels: String?
  }

  /// Later ones take the place of earlier ones of their instance.
  let published: [Known]

  /// - Returns: Why the file may not be used; `nil` where it is a correction, or contradicts nothing.
  func end(of file: StudyFile, _ checkpoint: Checkpoint = .none) throws -> InputEnd? {
    guard let instance = file.header.sopInstanceUID,
      let known = published.last(where: { $0.sopInstanceUID == instance }),
      !published.contains(where: { $0.sha256 == file.sha256 })
    else { return nil }
    let old = try known.pixels ?? kept(known).flatMap { try digest(of: $0, checkpoint) }
    let new = try file.pixelDigest(checkpoint)
    if let old, old == new { return nil }
    let hashes = "SHA-256 of the published file: \(known.sha256), of this one: \(file.sha256)"
    let detail =
      old == nil || new == nil
      ? "Whether its pixels are those of the published file is unknown, and that one stays. \(hashes)."
      : "Its pixels differ from those of the published file, which stays. \(hashes)."
    return InputEnd(
      state: .held, reason: .uidConflict,
      detail: "Another file was published under this SOPInstanceUID (0008,0018). \(detail)")
  }

  /// In an inbox that is only read, the file may have been replaced where it lay.
  private func kept(_ known: Known) -> String? {
    known.path.flatMap { (try? SHA256.hexDigest(ofFile: $0)) == known.sha256 ? $0 : nil }
  }

  private func digest(of path: String, _ checkpoint: Checkpoint) throws -> String? {
    do { return try PixelDigest(decoding: path, checkpoint).hexadecimal } catch is ClipReadError {
      return nil
    }
  }
}

extension CorrectionCheck {
  init(_ report: StudyReport?, kept: [ClaimedInput] = []) {
    let pixels = Dictionary(
      (report?.clips ?? []).map { ($0.sopInstanceUID, $0.pixels) }, uniquingKeysWith: { _, last in last })
    let paths = Dictionary(kept.map { ($0.sha256, $0.path) }, uniquingKeysWith: { _, last in last })
    let counted = (report?.inputs ?? []).filter { $0.state != .held && $0.state != .quarantined }
    let earlier = kept.map { Known(sopInstanceUID: $0.sopInstanceUID, sha256: $0.sha256, path: $0.path) }
    published =
      earlier
      + counted.map { input in
        Known(
          sopInstanceUID: input.sopInstanceUID, sha256: input.sha256, path: paths[input.sha256] ?? nil,
          pixels: input.sopInstanceUID.flatMap { pixels[$0] } ?? nil)
      }
  }
}

/// Several files of one SOPInstanceUID that came at one time, such as the scanner's and the archive's. With the same
/// pixels they are copies of one instance, and the latest one counts, whose header was corrected last. With other
/// pixels, or where that cannot be known, which is the true one is for a person to decide, and none is used.
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
