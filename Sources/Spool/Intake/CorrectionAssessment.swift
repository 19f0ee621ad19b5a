import Glibc
import Platform
import Study

extension FileAssessor {
  /// A look at a file that has just come: a reader's correction that is whole need not prove that it no longer grows.
  /// - Returns: `nil` for everything else, which is read when it no longer changes.
  func peek(_ file: ScanReport.File) -> ReadFile? {
    let path = inbox + "/" + file.path
    guard file.box == nil, let start = try? Self.start(of: path), ReaderCorrection.isBegun(by: start),
      let bytes = try? Self.bytes(of: path, file.stamp), ReaderCorrection.isWhole(bytes),
      let assessed = try? correction(at: path, file, SHA256.hexDigest(of: bytes))
    else { return nil }
    return ReadFile(stamp: file.stamp, assessed: assessed)
  }

  /// - Returns: `nil` where the file is no correction, whole or not.
  func correction(
    at path: String, _ file: ScanReport.File, _ sha256: String
  ) throws(FileError) -> AssessedFile? {
    guard file.stamp.size > 0, ReaderCorrection.isBegun(by: try Self.start(of: path)) else { return nil }
    func assessed(_ verdict: AssessedFile.Verdict, _ study: String? = nil) -> AssessedFile {
      var assessed = AssessedFile(path: file.path, sha256: sha256, verdict: verdict)
      (assessed.statedStudy, assessed.modified) = (study, file.stamp.modified)
      return assessed
    }
    func refused(_ sentence: String, _ study: String? = nil) -> AssessedFile {
      assessed(.loose(.quarantined, .correctionRefused, detail: sentence), study)
    }
    guard file.stamp.size <= ReaderCorrection.mostBytes else {
      return refused("The correction is larger than \(ReaderCorrection.mostBytes >> 20) MiB.")
    }
    guard let bytes = try Self.bytes(of: path, file.stamp), SHA256.hexDigest(of: bytes) == sha256 else {
      return nil
    }
    if !ReaderCorrection.isWhole(bytes) {
      return assessed(
        .unfinished(.truncated, detail: "The correction ends before its JSON does, or is none."))
    }
    do throws(ReaderCorrection.Refusal) {
      return assessed(.correction(study: try ReaderCorrection(bytes).studyInstanceUID))
    } catch {
      return refused(error.sentence, error.study)
    }
  }

  private static func start(of path: String) throws(FileError) -> [UInt8] {
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    guard try descriptor.status(.inbox).isRegular else { return [] }
    var start = [UInt8](repeating: 0, count: ReaderCorrection.startBytes)
    let count = start.withUnsafeMutableBytes { pread(descriptor.raw, $0.baseAddress, $0.count, 0) }
    return Array(start.prefix(max(0, count)))
  }

  /// `nil` where another file is there.
  private static func bytes(of path: String, _ stamp: FileStamp) throws(FileError) -> [UInt8]? {
    guard stamp.size <= ReaderCorrection.mostBytes else { return nil }
    let descriptor = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, .inbox)
    let status = try descriptor.status(.inbox)
    guard status.isRegular, FileStamp(status) == stamp else { return nil }
    var bytes = [UInt8](repeating: 0, count: stamp.size + 1)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor.raw, $0.baseAddress, $0.count, 0) }
    return count == stamp.size ? Array(bytes.prefix(count)) : nil
  }
}
