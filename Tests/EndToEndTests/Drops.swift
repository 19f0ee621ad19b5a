import Foundation
import TestSupport

@testable import Clips
@testable import Phantom
@testable import Spool
@testable import WatchDaemon

/// What was dropped into an inbox, and nothing of how the daemon works: the checker's only knowledge.
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

  /// What is not as it must be, a sentence each.
  func faults(of daemon: DaemonProcess) throws -> [String] {
    var faults = try contentFaults(of: daemon)
    for study in studies { faults += try publicationFaults(of: study, in: daemon.outbox) }
    let known = Set(studies)
    for name in try FileManager.default.contentsOfDirectory(atPath: daemon.outbox)
    where !name.hasPrefix(".") && !OutboxIndex.names.contains(name) {
      let study = name.components(separatedBy: ".r")[0]
      if !known.contains(study) { faults.append("\(name) was published and never dropped") }
    }
    return faults
  }

  /// Every content is in the spool's ends as often as it was dropped, and nowhere else.
  private func contentFaults(of daemon: DaemonProcess) throws -> [String] {
    var left: [[UInt8]: Int] = [:]
    for bytes in files.map(\.bytes) + others { left[bytes, default: 0] += 1 }
    var faults: [String] = []
    for end in ["done", "quarantine"] {
      for path in try Self.files(below: daemon.spool + "/" + end) where !path.hasSuffix("reason.json") {
        left[[UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), default: 0] -= 1
      }
    }
    let lost = left.values.filter { $0 > 0 }.reduce(0, +)
    let doubled = left.values.filter { $0 < 0 }.reduce(0, -)
    if lost > 0 { faults.append("\(lost) files are lost") }
    if doubled > 0 { faults.append("\(doubled) files are there too often") }
    for (name, folder) in [
      ("inbox", daemon.inbox), ("claimed", daemon.spool + "/claimed"),
      ("staging", daemon.outbox + "/.staging"),
    ] {
      let rest = try Self.files(below: folder).count
      if rest > 0 { faults.append("\(rest) files are left in \(name)") }
    }
    return faults
  }

  /// The last revision names every instance that was dropped once; each is whole.
  private func publicationFaults(of study: String, in outbox: String) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: outbox)
      .filter { $0 == study || $0.hasPrefix(study + ".r") }
      .sorted { ($0.count, $0) < ($1.count, $1) }
    guard let last = names.last else { return ["study \(study) was not published"] }
    var faults: [String] = []
    var seen: Set<[String]> = []
    for (index, name) in names.enumerated() {
      guard name == (index == 0 ? study : "\(study).r\(index + 1)") else {
        faults.append("\(name) follows on none")
        continue
      }
      let inputs = try Self.inputs(of: outbox + "/" + name)
      if !seen.insert(inputs).inserted { faults.append("\(name) tells what was told before") }
    }
    let dropped = Set(files.filter { $0.study == study }.map(\.instance)).sorted()
    if try Self.inputs(of: outbox + "/" + last) != dropped {
      faults.append("\(last) does not tell of all its files")
    }
    return faults
  }

  /// Results that stand in the outbox and are not whole, at whatever moment it is looked at.
  func unsoundResults(in outbox: String) throws -> [String] {
    try Self.results(in: outbox)
      .compactMap { name in
        let inputs = try Self.inputs(of: outbox + "/" + name)
        let isWhole = inputs.allSatisfy { input in files.contains { $0.instance == input } }
        return isWhole && !inputs.isEmpty ? nil : "\(name) is not whole"
      }
  }

  /// The folders that readers of the outbox see.
  static func results(in outbox: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: outbox)) ?? [])
      .filter { !$0.hasPrefix(".") && !OutboxIndex.names.contains($0) }
      .sorted()
  }

  private static func inputs(of folder: String) throws -> [String] {
    for name in ["study.json", "log.jsonl", "index.html"] {
      guard FileManager.default.fileExists(atPath: folder + "/" + name) else { return ["\(name) is missing"] }
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/study.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let inputs = object?["inputs"] as? [[String: Any]] ?? []
    return inputs.compactMap { $0["sop_instance_uid"] as? String }.sorted()
  }

  static func files(below folder: String) throws -> [String] {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
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
