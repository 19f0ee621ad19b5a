import Foundation

/// A reader of bytes that nobody has checked. It may refuse them in any way it says it does; it may not crash, hang,
/// or read where nothing is.
struct FuzzTarget: Sendable {
  var name: String
  var read: @Sendable ([UInt8]) -> Void

  static let all: [FuzzTarget] = [
    FuzzTarget(name: "dicom", read: readDICOM), FuzzTarget(name: "frames", read: readFrames),
    FuzzTarget(name: "messages", read: readMessages), FuzzTarget(name: "onnx", read: readONNX),
    FuzzTarget(name: "nifti", read: readNIfTI), FuzzTarget(name: "gzip", read: readGzip),
    FuzzTarget(name: "metaimage", read: readMetaImage),
    FuzzTarget(name: "configuration", read: readConfiguration),
    FuzzTarget(name: "journal", read: readJournal), FuzzTarget(name: "manifest", read: readManifest),
    FuzzTarget(name: "study", read: readStudy), FuzzTarget(name: "card", read: readCard),
    FuzzTarget(name: "archive", read: readArchive),
  ]

  /// The one that the environment names.
  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      fatalError("FUZZ_TARGET is one of \(all.map(\.name).joined(separator: ", "))")
    }
    return target
  }()
}

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  FuzzTarget.chosen.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// For readers that take a path: the input as a file in memory, the same for every input.
func withFile(_ name: String, _ bytes: [UInt8], _ body: (String) -> Void) {
  let path = folder + "/" + name
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard file >= 0, write(file, bytes, bytes.count) == bytes.count else {
    fatalError("\(path) cannot be written")
  }
  close(file)
  body(path)
}

/// This process's own, left to the script that started it.
private let folder: String = {
  let path = (ProcessInfo.processInfo.environment["FUZZ_FOLDER"] ?? "/tmp") + "/\(getpid())"
  mkdir(path, 0o700)
  return path
}()
