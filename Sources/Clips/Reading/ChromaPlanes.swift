/// The chroma of a frame at half its size, as YBR_FULL has it (PS3.3 C.7.6.3.1.2): 128 where there is no colour. Each
/// value is the mean of two by two pixels.
package struct ChromaPlanes: Sendable, Equatable {
  var columns: Int
  var rows: Int
  var blue: [UInt8]
  var red: [UInt8]

  /// The planes of a frame of that size, one after the other; `nil` where there are more or fewer bytes.
  init?(bytes: ArraySlice<UInt8>, frameColumns: Int, frameRows: Int) {
    columns = (frameColumns + 1) / 2
    rows = (frameRows + 1) / 2
    let count = columns * rows
    guard bytes.count == 2 * count else { return nil }
    blue = Array(bytes.prefix(count))
    red = Array(bytes.suffix(count))
  }

  static func byteCount(frameColumns: Int, frameRows: Int) -> Int {
    2 * ((frameColumns + 1) / 2) * ((frameRows + 1) / 2)
  }
}
