/// A picture in a PDF file: a JPEG or PNG file as it is, neither decoded nor encoded again.
struct PDFPicture {
  let width: Int
  let height: Int
  private let data: [UInt8]
  private let isJPEG: Bool

  /// A baseline or progressive JPEG of three components, or a PNG file of 8-bit RGB that is not interlaced; `nil` for
  /// what is neither.
  init?(_ file: [UInt8]) {
    isJPEG = file.starts(with: [0xFF, 0xD8])
    guard let form = isJPEG ? Self.jpeg(file) : Self.png(file) else { return nil }
    (width, height, data) = form
  }

  /// Adds the picture to a file.
  func add(to file: inout PDFFile) -> PDFFile.Reference {
    let filter =
      isJPEG
      ? "/Filter /DCTDecode"
      : "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 3 /BitsPerComponent 8 /Columns \(width) >>"
    return file.add(
      stream: data,
      "/Type /XObject /Subtype /Image /Width \(width) /Height \(height) /ColorSpace /DeviceRGB "
        + "/BitsPerComponent 8 \(filter) ")
  }

  /// Rows and columns stand in the frame header (ISO/IEC 10918-1 B.2.2).
  private static func jpeg(_ file: [UInt8]) -> (Int, Int, [UInt8])? {
    var place = 2
    while place + 9 < file.count, file[place] == 0xFF {
      let marker = file[place + 1]
      if [0xC0, 0xC1, 0xC2].contains(marker) {
        guard file[place + 9] == 3 else { return nil }
        return (number(file, place + 7, 2), number(file, place + 5, 2), file)
      }
      place += 2 + number(file, place + 2, 2)
    }
    return nil
  }

  /// The data chunks hold what FlateDecode with PNG predictors reads (ISO 32000-1, 7.4.4.4).
  private static func png(_ file: [UInt8]) -> (Int, Int, [UInt8])? {
    guard file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), file.count > 33,
      file[24] == 8, file[25] == 2, file[28] == 0
    else { return nil }
    var (data, place) = ([UInt8](), 8)
    while place + 12 <= file.count {
      let count = number(file, place, 4)
      guard place + 12 + count <= file.count else { return nil }
      if file[(place + 4)..<(place + 8)].elementsEqual("IDAT".utf8) {
        data += file[(place + 8)..<(place + 8 + count)]
      }
      place += 12 + count
    }
    return data.isEmpty ? nil : (number(file, 16, 4), number(file, 20, 4), data)
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    bytes[place..<min(bytes.count, place + count)].reduce(0) { $0 << 8 | Int($1) }
  }
}
