/// Baseline JPEG streams (ITU-T T.81) of one flat colour: enough to tell whether components, dimensions and
/// markers are handled as they should be.
public enum JPEGBytes {
  /// One value a component, 0 to 255; every decoder gives exactly these back.
  public static func flat(rows: Int, columns: Int, components: [UInt8], adobeTransform: UInt8? = nil)
    -> [UInt8]
  {
    var stream: [UInt8] = [0xFF, 0xD8]
    if let transform = adobeTransform {
      stream += segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform])
    }
    stream += segment(0xDB, [0] + Array(repeating: 8, count: 64))
    stream += segment(
      0xC0, [8] + word(rows) + word(columns) + [UInt8(components.count)] + frameComponents(components))
    // DC: the categories 0 to 11 by four bits each. AC: nothing but end-of-block, by one bit.
    stream += segment(0xC4, [0x00] + [0, 0, 0, 12] + Array(repeating: 0, count: 12) + Array(0...11))
    stream += segment(0xC4, [0x10] + [1] + Array(repeating: 0, count: 15) + [0])
    stream += segment(
      0xDA, [UInt8(components.count)] + components.indices.flatMap { [UInt8($0 + 1), 0] } + [0, 63, 0])
    return stream + scan(blocks: (rows + 7) / 8 * ((columns + 7) / 8), components) + [0xFF, 0xD9]
  }

  private static func frameComponents(_ components: [UInt8]) -> [UInt8] {
    components.indices.flatMap { [UInt8($0 + 1), 0x11, 0] }
  }

  private static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    [0xFF, marker] + word(body.count + 2) + body
  }

  private static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }

  /// The first block of each component carries its value, all others a difference of 0.
  private static func scan(blocks: Int, _ components: [UInt8]) -> [UInt8] {
    var bits: [UInt8] = []
    for block in 0..<blocks {
      for component in components { bits += code(block == 0 ? Int(component) - 128 : 0) }
    }
    while bits.count % 8 != 0 { bits.append(1) }
    return stride(from: 0, to: bits.count, by: 8).flatMap { start -> [UInt8] in
      let byte = bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | $1 }
      return byte == 0xFF ? [0xFF, 0] : [byte]
    }
  }

  /// The category and the bits of a DC difference, then end-of-block.
  private static func code(_ difference: Int) -> [UInt8] {
    let category = Int.bitWidth - abs(difference).leadingZeroBitCount
    let magnitude = difference >= 0 ? difference : difference + (1 << category) - 1
    return binary(category, 4) + binary(magnitude, category) + [0]
  }

  private static func binary(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(value >> $0 & 1) }
  }
}
