import Platform

/// What lies in an archive under one name.
package struct ArchiveEntry: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case file
    /// A link, a pipe or a device: never made anew.
    case notAFile
  }

  /// Below the archive, checked by `ArchiveName`, with `FileName`'s escapes; empty where the archive gives none.
  package var name: String
  package var kind: Kind
  /// Time of the last change of the content, seconds since 1970.
  package var modified: Int64
}

/// Why an archive is not taken apart. `detail` is a sentence without names and without patient data.
package struct ArchiveFailure: Error, Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// It ends early, and may still be on its way.
    case cut
    /// It is damaged, beyond the limits, or of a form that is not read.
    case refused
    /// A document or a program that has a ZIP archive's form: nothing to be taken apart.
    case document
  }

  package var kind: Kind
  package var detail: String

  package static func refused(_ detail: String) -> ArchiveFailure {
    ArchiveFailure(kind: .refused, detail: detail)
  }

  package static func cut(_ detail: String) -> ArchiveFailure { ArchiveFailure(kind: .cut, detail: detail) }
}

/// What one archive, with all archives in it, may come to. A study's export is far below; what is made to fill a disk
/// or to keep a machine busy is not.
package struct ArchiveLimits: Sendable, Equatable {
  package var entries = 20_000
  /// Unpacked.
  package var bytes = 32 << 30
  /// How many times its own size an archive may hold, once that is more than `alwaysAllowed` bytes.
  package var ratio = 200
  var alwaysAllowed = 64 << 20
  /// Archives in archives: the outermost is at depth 0.
  package var depth = 2

  package static let standard = ArchiveLimits()
}

/// Names in archives. None of them ever becomes a path here, and one that is made to lead out of a folder says enough
/// of its archive.
enum ArchiveName {
  static let longest = 1024
  private static let longestPart = 255

  /// The name without `.` parts; `nil` for the archive's own folder.
  static func checked(_ bytes: [UInt8]) throws(ArchiveFailure) -> String? {
    guard bytes.count <= longest else { throw .refused("A name in it is too long.") }
    guard !bytes.contains(0) else { throw .refused("A name in it is damaged.") }
    let slash = UInt8(ascii: "/")
    guard bytes.first != slash, !hasDrive(bytes) else {
      throw .refused("A name in it is an absolute path.")
    }
    let parts = bytes.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
    guard !parts.contains([UInt8(ascii: "."), UInt8(ascii: ".")]) else {
      throw .refused("A name in it leads out of its folder.")
    }
    guard parts.allSatisfy({ $0.count <= longestPart }) else { throw .refused("A name in it is too long.") }
    return parts.isEmpty ? nil : FileName.text(of: Array(parts.joined(separator: [slash])))
  }

  /// `C:` and the like.
  private static func hasDrive(_ bytes: [UInt8]) -> Bool {
    bytes.count > 1 && bytes[1] == UInt8(ascii: ":") && (65...90).contains(bytes[0] & 0xDF)
  }
}
