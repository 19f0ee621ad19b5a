/// A rectangle of pixels of the stored frame: its top left pixel and its size.
struct PixelBox: Codable, Equatable, Sendable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int
}
