/// Name and version, as results carry them.
enum Software {
  static let name = "hinged"
  static let version = "0.2.0"
}
