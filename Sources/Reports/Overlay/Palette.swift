/// Colours that stay apart for the colour-blind (Okabe and Ito, Color Universal Design, 2008).
enum Palette {
  static let paper = Colour(0x12_1519)
  static let text = Colour(0xE8_ECEF)
  static let muted = Colour(0x9A_A4AD)
  static let ventricle = Colour(0x56_B4E9)
  static let myocardium = Colour(0x2F_C193)
  static let atrium = Colour(0xE0_8BBE)
  static let contact = Colour(0xE6_9F00)
  static let point = Colour(0xF7_E84B)
  package static let line = Colour(0xFF_FFFF)
  static let black = Colour(0)
}

extension Colour {
  package init(gray: UInt8) {
    self.init(UInt32(gray) << 16 | UInt32(gray) << 8 | UInt32(gray))
  }
}
