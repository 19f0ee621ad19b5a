/// Leaves out of a JSON text the values of some keys, at whatever depth, before it is decoded: nine tenths of a
/// `study.json` are curves and outlines that a table does not need.
package enum JSONSkimmer {
  /// The text with `null` for the values of `keys`. What is no JSON stays none.
  package static func skim(_ text: [UInt8], without keys: [String]) -> [UInt8] {
    let keys = keys.map { Array($0.utf8) }
    var kept: [UInt8] = []
    kept.reserveCapacity(text.count / 4)
    text.withUnsafeBufferPointer { bytes in
      var (copied, place) = (0, 0)
      while place < bytes.count {
        guard bytes[place] == quote else {
          place += 1
          continue
        }
        let end = endOfString(bytes, from: place)
        let value = startOfValue(bytes, after: end)
        let name = bytes[min(place + 1, end)..<max(place + 1, end - 1)]
        place = end
        guard let value, keys.contains(where: { name.elementsEqual($0) }) else { continue }
        kept += bytes[copied..<value]
        kept += null
        place = endOfValue(bytes, from: value)
        copied = place
      }
      kept += bytes[copied...]
    }
    return kept
  }

  private typealias Bytes = UnsafeBufferPointer<UInt8>

  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")
  private static let null = Array("null".utf8)

  /// After the closing quote.
  private static func endOfString(_ bytes: Bytes, from start: Int) -> Int {
    var place = start + 1
    while place < bytes.count, bytes[place] != quote { place += bytes[place] == backslash ? 2 : 1 }
    return min(place + 1, bytes.count)
  }

  /// Where the value of a key begins; `nil` where the string was none.
  private static func startOfValue(_ bytes: Bytes, after key: Int) -> Int? {
    var place = key
    while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { return nil }
    place += 1
    while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    return place
  }

  /// After an object, an array, a string, a number or a word.
  private static func endOfValue(_ bytes: Bytes, from start: Int) -> Int {
    var (place, depth) = (start, 0)
    while place < bytes.count {
      switch bytes[place] {
      case quote:
        place = endOfString(bytes, from: place)
        if depth == 0 { return place }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        // A number or a word ends before what holds it does.
        if depth == 0 { return place }
        depth -= 1
        if depth == 0 { return place + 1 }
      case UInt8(ascii: ",") where depth == 0: return place
      default: break
      }
      place += 1
    }
    return bytes.count
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
