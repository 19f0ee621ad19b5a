import Platform

/// What a file is by its first bytes, whatever its name.
package enum ArchiveForm: Sendable, Equatable {
  case zip
  case tar
  case gzip
  /// Packed in a way that is not read, with its name.
  case foreign(String)

  /// So many bytes of the start tell; all but a disc's image in the first 512.
  package static let startBytes = disc.offset + disc.mark.count

  private static let foreign: [(start: [UInt8], name: String)] = [
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"), (Array("Rar!".utf8) + [0x1A, 0x07], "RAR"),
    ([0xFD] + Array("7zXZ".utf8) + [0], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
  ]
  /// A bzip2 header with any of its nine block sizes; then pi.
  private static let bzip2 = (
    start: Array("BZh".utf8), block: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] as [UInt8]
  )

  /// The first volume descriptor of ISO 9660 (ECMA-119, 8.1) is in the sector of number 16.
  private static let disc = (offset: 16 * 2_048 + 1, mark: Array("CD001".utf8))

  /// `nil` for what is no archive. A DICOM file may begin with anything (PS3.10 7.1), so it is none.
  package init?(start: [UInt8]) {
    if start.count >= 132, start[128..<132].elementsEqual("DICM".utf8) { return nil }
    if start.starts(with: Array("PK".utf8) + [3, 4]) || start.starts(with: Array("PK".utf8) + [5, 6]) {
      self = .zip
    } else if start.starts(with: [0x1F, 0x8B, 8]) {
      self = .gzip
    } else if let form = Self.foreign.first(where: { start.starts(with: $0.start) }) {
      self = .foreign(form.name)
    } else if start.starts(with: Self.bzip2.start), start.dropFirst(4).starts(with: Self.bzip2.block) {
      self = .foreign("bzip2")
    } else if let block = TarHeader.Block(start.prefix(TarHeader.blockBytes)), !block.isEmpty {
      self = .tar
    } else if start.dropFirst(Self.disc.offset).starts(with: Self.disc.mark) {
      self = .foreign("a disc's image (ISO 9660)")
    } else {
      return nil
    }
  }
}

/// Reads archives. For the confined worker: what they hold is checked here and believed nowhere.
enum Archive {
  static func read(
    _ input: ArchiveInput, limits: ArchiveLimits = .standard, into sink: any ArchiveSink
  ) throws(ArchiveFailure) {
    let meter = ArchiveMeter(sink, limits: limits, size: input.size)
    switch ArchiveForm(start: try input.start(ArchiveForm.startBytes)) {
    case .zip: try ZipArchive(input).read(into: meter)
    case .tar: try TarArchive(ArchiveFileStream(input)).read(into: meter)
    case .gzip: try GzipArchive(GzipStream(ArchiveFileStream(input))).read(into: meter)
    case .foreign(let name):
      throw .refused("It is packed as \(name), which is not read; pack it as ZIP or tar.")
    case nil: throw .refused("It is no archive.")
    }
  }
}

/// What lies in an archive under one name.
package struct ArchiveEntry: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case file
    /// A link, a pipe or a device: never unpacked.
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
