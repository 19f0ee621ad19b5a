import Foundation
import TestSupport

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// What was dropped into an inbox: with what came out, the checker's only knowledge.
struct Drops {
  struct File: Hashable {
    var study: String
    var instance: String
    var bytes: [UInt8]
  }

  private(set) var files: [File] = []
  /// Contents that are no study's.
  private(set) var others: [[UInt8]] = []

  var studies: [String] { Set(files.map(\.study)).sorted() }

  static func picture(study: String, instance: String, filler: Int = 0) -> File {
    var picture = DICOMBytes.ultrasound(.explicitLittle, rows: 8, columns: 8, frames: 1)
    picture.set(.init(0x0020_000D, "UI", study))
    picture.set(.init(0x0008_0018, "UI", instance))
    picture.setPixels([UInt8](repeating: UInt8(truncatingIfNeeded: filler), count: 64))
    return File(study: study, instance: instance, bytes: picture.file)
  }

  /// A loop that is decoded and segmented: a picture of nothing but noise.
  /// - Parameters:
  ///   - comment: Of the header.
  ///   - first: The first pixel.
  static func loop(study: String, instance: String, comment: String = "", first: UInt8 = 0) -> File {
    let (side, frames) = (48, 6)
    var loop = DICOMBytes.ultrasound(.explicitLittle, rows: side, columns: side, frames: frames)
    loop.set(.init(0x0020_000D, "UI", study))
    loop.set(.init(0x0008_0018, "UI", instance))
    if !comment.isEmpty { loop.set(.init(0x0020_4000, "LT", comment)) }
    var pixels = (0..<side * side * frames).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
    pixels[0] = first
    loop.setPixels(pixels)
    return File(study: study, instance: instance, bytes: loop.file)
  }

  mutating func add(_ file: File) { files.append(file) }

  mutating func addOther(_ bytes: [UInt8]) { others.append(bytes) }

  /// What is not as it must be when everything is at its end, a sentence each.
  func faults(of daemon: DaemonProcess) throws -> [String] {
    try judgement(of: daemon).faults(.atTheEnd)
  }

  /// Results that stand in the outbox and are not whole, at whatever moment it is looked at.
  func unsoundResults(of daemon: DaemonProcess) throws -> [String] {
    try judgement(of: daemon).faults(.whileItWorks)
  }

  private func judgement(of daemon: DaemonProcess) -> Judgement {
    let studys = files.map {
      Judgement.Drop(
        study: $0.study, instance: $0.instance, sha256: SHA256.hexDigest(of: $0.bytes), isStudys: true)
    }
    let loose = others.map {
      Judgement.Drop(study: "", instance: "", sha256: SHA256.hexDigest(of: $0), isStudys: false)
    }
    return Judgement(
      inbox: daemon.inbox, outbox: daemon.outbox, spool: daemon.spool, settings: daemon.settings,
      drops: studys + loose, seen: daemon.folder + "/seen.json")
  }

  /// The folders that readers of the outbox see.
  static func results(in outbox: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: outbox)
      .filter { !$0.hasPrefix(".") && !OutboxIndex.names.contains($0) }
      .sorted()
  }

  /// Files of results in an outbox, staged ones among them: all but those of its index, which is there from the start.
  static func resultFiles(in outbox: String) throws -> [String] {
    try files(below: outbox).filter { path in
      !OutboxIndex.names.contains { path.hasPrefix("\(outbox)/\($0)") }
    }
  }

  /// Files below a folder that is there, as paths.
  static func files(below folder: String) throws -> [String] {
    guard (try? FileManager.default.attributesOfItem(atPath: folder)) != nil,
      let names = FileManager.default.enumerator(atPath: folder)
    else { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: folder]) }
    return names.compactMap { $0 as? String }.map { folder + "/" + $0 }
      .filter { path in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      }
  }
}

extension DaemonProcess {
  func drop(_ bytes: [UInt8], as name: String) throws {
    let path = inbox + "/" + name
    try Self.makeFolder((path as NSString).deletingLastPathComponent)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}
