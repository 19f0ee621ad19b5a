/// What a file is by its first bytes, whatever its name.
package enum ArchiveForm: Sendable, Equatable {
  case zip
  case tar
  case gzip
  /// Packed in a way that is not read, with its name.
  case foreign(String)

  /// So many bytes of the start tell.
  package static let startBytes = 512

  private static let foreign: [(start: [UInt8], name: String)] = [
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"), (Array("Rar!".utf8) + [0x1A, 0x07], "RAR"),
    ([0xFD] + Array("7zXZ".utf8) + [0], "xz"), ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
  ]
  /// A bzip2 header with any of its nine block sizes; then pi.
  private static let bzip2 = (
    start: Array("BZh".utf8), block: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] as [UInt8]
  )

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
