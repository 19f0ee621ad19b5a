/// Unique identifiers of DICOM, PS3.5 section 9.1: digits in components divided by points, 64 bytes at most.
package enum DICOMUID {
  /// Whether a UID from a file may name something. Only such a UID ever becomes part of a path.
  ///
  /// A component with a leading zero is against the letter of the standard and yet common in de-identified
  /// studies; it is harmless in a path and accepted.
  package static func isValid(_ uid: String) -> Bool {
    guard uid.utf8.count <= 64 else { return false }
    let components = uid.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return components.count > 1
      && components.allSatisfy { component in
        !component.isEmpty && component.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
