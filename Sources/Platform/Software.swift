/// Name and version, as results carry them.
package enum Software {
  package static let name = "hinged"
  package static let version = "0.2.0"
}
