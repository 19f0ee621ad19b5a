/// A DICOM file put together byte by byte (PS3.5, PS3.10), so that a test can also say what no toolkit would
/// write: wrong lengths, missing fragments, endless nesting.
public struct DICOMBytes: Sendable {
  public enum Syntax: String, Sendable, CaseIterable {
    case implicitLittle = "1.2.840.10008.1.2"
    case explicitLittle = "1.2.840.10008.1.2.1"
    case explicitBig = "1.2.840.10008.1.2.2"
    case jpegBaseline = "1.2.840.10008.1.2.4.50"
    case jpegLossless = "1.2.840.10008.1.2.4.70"
    case jpegLS = "1.2.840.10008.1.2.4.80"
    case jpeg2000 = "1.2.840.10008.1.2.4.90"
    case mpeg4 = "1.2.840.10008.1.2.4.102"
    case rle = "1.2.840.10008.1.2.5"
  }

  public indirect enum Value: Sendable {
    case bytes([UInt8])
    /// 16-bit words, which byte order changes.
    case words([UInt16])
    case long(UInt32)
    case double(Double)
    case items([[Element]])
    /// The offset table and the fragments.
    case fragments([UInt8], [[UInt8]])
    /// Put into the file as they are, after a header that claims `length`.
    case raw([UInt8], length: UInt32)
  }

  public struct Element: Sendable {
    public var tag: UInt32
    public var vr: String
    public var value: Value

    public init(_ tag: UInt32, _ vr: String, _ value: Value) {
      self.tag = tag
      self.vr = vr
      self.value = value
    }

    public init(_ tag: UInt32, _ vr: String, _ text: String) {
      self.init(tag, vr, .bytes(Array(text.utf8)))
    }

    public init(_ tag: UInt32, _ words: UInt16...) { self.init(tag, "US", .words(words)) }
  }

  public var syntax: Syntax
  /// MediaStorageSOPClassUID of the file meta information.
  public var storageClass = multiframeUltrasound
  private var elements: [UInt32: Element] = [:]

  public init(_ syntax: Syntax = .explicitLittle, _ elements: [Element] = []) {
    self.syntax = syntax
    for element in elements { set(element) }
  }

  /// Replaces the element with that tag.
  public mutating func set(_ element: Element) { elements[element.tag] = element }

  public mutating func remove(_ tag: UInt32) { elements[tag] = nil }

  /// The whole file: preamble, meta information, data set in the order of tags.
  public var file: [UInt8] { Array(repeating: 0, count: 128) + Array("DICM".utf8) + meta + dataset }

  public var dataset: [UInt8] {
    elements.values.sorted { $0.tag < $1.tag }.flatMap { Encoder(syntax: syntax).element($0) }
  }

  private var meta: [UInt8] {
    let encoder = Encoder(syntax: .explicitLittle)
    let rest = [
      Element(0x0002_0001, "OB", .bytes([0, 1])), Element(0x0002_0002, "UI", storageClass),
      Element(0x0002_0003, "UI", "1.2.3.4"), Element(0x0002_0010, "UI", syntax.rawValue),
      Element(0x0002_0012, "UI", "1.2.3.4.5"),
    ].flatMap(encoder.element)
    return encoder.element(Element(0x0002_0000, "UL", .long(UInt32(rest.count)))) + rest
  }

  private struct Encoder {
    let syntax: Syntax

    var isExplicit: Bool { syntax != .implicitLittle }
    var isBig: Bool { syntax == .explicitBig }
    static let longForms: Set = ["OB", "OW", "SQ", "UN", "UT"]
    static let undefinedLength: UInt32 = 0xFFFF_FFFF

    func element(_ element: Element) -> [UInt8] {
      let (length, body) = encode(element.value, vr: element.vr)
      return tag(element.tag) + header(element.vr, length: length) + body
    }

    private func header(_ vr: String, length: UInt32) -> [UInt8] {
      guard isExplicit else { return number(length) }
      let name = Array(vr.utf8)
      return Self.longForms.contains(vr) ? name + [0, 0] + number(length) : name + number(UInt16(length))
    }

    private func encode(_ value: Value, vr: String) -> (UInt32, [UInt8]) {
      switch value {
      case .bytes(let bytes): return padded(bytes, with: vr == "UI" || vr == "OB" || vr == "OW" ? 0 : 0x20)
      case .words(let words): return padded(words.flatMap(number), with: 0)
      case .long(let value): return (4, number(value))
      case .double(let value): return (8, number(value.bitPattern))
      case .raw(let bytes, let length): return (length, bytes)
      case .items(let items):
        let body = items.flatMap { item($0.flatMap(self.element)) }
        return (UInt32(body.count), body)
      case .fragments(let table, let fragments):
        let end = tag(0xFFFE_E0DD) + number(UInt32(0))
        return (Self.undefinedLength, item(table) + fragments.flatMap { item(padded($0, with: 0).1) } + end)
      }
    }

    private func item(_ body: [UInt8]) -> [UInt8] { tag(0xFFFE_E000) + number(UInt32(body.count)) + body }

    private func padded(_ bytes: [UInt8], with padding: UInt8) -> (UInt32, [UInt8]) {
      let even = bytes.count % 2 == 0 ? bytes : bytes + [padding]
      return (UInt32(even.count), even)
    }

    private func tag(_ tag: UInt32) -> [UInt8] { number(UInt16(tag >> 16)) + number(UInt16(tag & 0xFFFF)) }

    private func number<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
      withUnsafeBytes(of: isBig ? value.bigEndian : value.littleEndian) { Array($0) }
    }
  }
}

extension DICOMBytes {
  public static let multiframeUltrasound = "1.2.840.10008.5.1.4.1.1.3.1"

  public enum Tag {
    public static let sopClass: UInt32 = 0x0008_0016
    public static let modality: UInt32 = 0x0008_0060
    public static let patientName: UInt32 = 0x0010_0010
    public static let regions: UInt32 = 0x0018_6011
    public static let samples: UInt32 = 0x0028_0002
    public static let photometric: UInt32 = 0x0028_0004
    public static let planar: UInt32 = 0x0028_0006
    public static let frames: UInt32 = 0x0028_0008
    public static let rows: UInt32 = 0x0028_0010
    public static let columns: UInt32 = 0x0028_0011
    public static let pixelData: UInt32 = 0x7FE0_0010
  }

  /// The index of a medium (PS3.3 F.3): its class stands in the file meta information alone.
  public static func dicomdir() -> DICOMBytes {
    var index = DICOMBytes(
      .explicitLittle,
      [
        Element(0x0004_1130, "CS", "EXPORT"), Element(0x0004_1200, "UL", .long(0)),
        Element(0x0004_1202, "UL", .long(0)), Element(0x0004_1212, 0),
        Element(0x0004_1220, "SQ", .items([[Element(0x0004_1430, "CS", "PATIENT")]])),
      ])
    index.storageClass = "1.2.840.10008.1.3.10"
    return index
  }

  /// A multi-frame ultrasound object, complete but for its pixels.
  public static func ultrasound(
    _ syntax: Syntax = .explicitLittle, rows: Int = 4, columns: Int = 6, frames: Int = 1,
    photometric: String = "MONOCHROME2", samples: UInt16 = 1, bits: UInt16 = 8
  ) -> DICOMBytes {
    DICOMBytes(
      syntax,
      [
        Element(Tag.sopClass, "UI", multiframeUltrasound), Element(0x0008_0018, "UI", "1.2.3.4"),
        Element(Tag.modality, "CS", "US"), Element(Tag.patientName, "PN", "Test^Picture"),
        Element(0x0020_000D, "UI", "1.2.3"), Element(0x0020_000E, "UI", "1.2.3.1"),
        Element(Tag.samples, samples),
        Element(Tag.photometric, "CS", photometric), Element(Tag.planar, 0),
        Element(Tag.frames, "IS", String(frames)), Element(Tag.rows, UInt16(rows)),
        Element(Tag.columns, UInt16(columns)), Element(0x0028_0100, bits), Element(0x0028_0101, bits),
        Element(0x0028_0102, bits - 1), Element(0x0028_0103, 0),
      ])
  }

  public mutating func setPixels(_ bytes: [UInt8]) { set(Element(Tag.pixelData, "OB", .bytes(bytes))) }

  public mutating func setFragments(_ fragments: [[UInt8]], offsetTable: [UInt8] = []) {
    set(Element(Tag.pixelData, "OB", .fragments(offsetTable, fragments)))
  }

  /// One RLE frame (PS3.5 Annex G) whose segments are stored as literal runs.
  public static func rle(_ segments: [[UInt8]]) -> [UInt8] {
    var offsets: [UInt32] = []
    var body: [UInt8] = []
    for segment in segments {
      offsets.append(UInt32(64 + body.count))
      for start in stride(from: 0, to: segment.count, by: 128) {
        let run = segment[start..<min(start + 128, segment.count)]
        body += [UInt8(run.count - 1)] + run
      }
      if body.count % 2 == 1 { body.append(0x80) }
    }
    offsets += Array(repeating: 0, count: 15 - offsets.count)
    return ([UInt32(segments.count)] + offsets).flatMap { n in
      withUnsafeBytes(of: n.littleEndian) { Array($0) }
    } + body
  }
}
