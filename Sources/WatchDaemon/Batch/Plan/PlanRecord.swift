import Clips
import Foundation
import Platform
import Spool

/// What the scan learned of one file of a study, as it lies in the scratch file until its study is put together.
struct PlanRecord: Codable, Sendable, Equatable {
  var study: String
  var file: PlannedFile
  /// 0 where its header lets nothing be measured.
  var frames: Int
  var patient: ClipHeader.Identity

  init?(path: String, stamp: FileStamp, header: ClipHeader) {
    let assessed = AssessedFile(path: path, sha256: "", header: .success(header))
    guard let member = assessed.member else { return nil }
    study = member.studyInstanceUID
    file = PlannedFile(
      path: path, size: stamp.size, modified: stamp.modified, instance: member.sopInstanceUID,
      identity: FileIdentity.digest(of: header))
    frames = Self.frames(of: header)
    patient = header.identity
  }

  /// A header may claim any number.
  private static func frames(of header: ClipHeader) -> Int {
    guard case .eligible = HeaderGate.check(header) else { return 0 }
    return min(header.frames, DecodeLimits().maxFrames)
  }

  /// Study and path come first, so that the order of the lines is that of the studies and, within them, of the paths.
  var line: String {
    let json = (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return "\(study)\t\(JSONValue.string(file.path).line)\t\(json)"
  }

  init?(line: [UInt8]) {
    let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2)
    guard parts.count == 3, let record = try? JSONDecoder().decode(PlanRecord.self, from: Data(parts[2]))
    else {
      return nil
    }
    self = record
  }
}
