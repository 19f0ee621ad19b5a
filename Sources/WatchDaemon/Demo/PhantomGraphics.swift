/// What scanners burn into the picture around the sector.
struct PhantomGraphics {
  init(_ cine: PhantomCine) {}
  func draw(frame: Int, into pixels: inout [UInt8]) {}
}
