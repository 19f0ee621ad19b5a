import Platform

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

/// The UIDs of what is written for one piece of work: the same inputs, model, configuration and version give the
/// same UIDs, so that a repeated run writes the same objects and never a second name for one of them.
///
/// A UID is `2.25.` and the decimal value of a UUID (PS3.5 B.2), here a version 5 UUID (RFC 9562, 5.5).
package struct DerivedUID: Sendable, Equatable {
  /// The namespace of all of the project's UUIDs: version 5 of `hinged` in the RFC's namespace of X.500 names.
  private static let root = uuid(namespace: x500, name: Array("hinged".utf8))
  private static let x500: [UInt8] = [
    0x6b, 0xa7, 0xb8, 0x14, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
  ]

  private let namespace: [UInt8]

  /// - Parameters:
  ///   - inputs: SHA-256 digests of the study's files, in any order.
  ///   - model: SHA-256 of the model.
  ///   - configuration: SHA-256 of what the configuration says about results.
  ///   - version: the software's version.
  ///   - circumstances: what else may make another object of the same inputs: a view that was named by a file's path,
  ///     files that were still missing.
  package init(
    inputs: [String], model: String, configuration: String, version: String, circumstances: [String] = []
  ) {
    self.init(
      names: inputs.sorted() + ["model", model, "configuration", configuration, "version", version]
        + circumstances)
  }

  private init(names: [String]) {
    namespace = Self.uuid(namespace: Self.root, name: Self.joined(names))
  }

  /// The UID of one object of this work, by a path of names such as `["report"]` or `["seg", clipUID]`.
  package func uid(_ names: String...) -> String {
    Self.decimal(Self.uuid(namespace: namespace, name: Self.joined(names)))
  }

  /// A UID that does not depend on the work: the device's own, for instance.
  package static func constant(_ names: String...) -> String {
    decimal(uuid(namespace: root, name: joined(names)))
  }

  /// Joins so that different lists never give the same bytes.
  private static func joined(_ names: [String]) -> [UInt8] {
    names.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
  }

  /// The 16 bytes of the version 5 UUID of a name in a namespace.
  static func uuid(namespace: [UInt8], name: [UInt8]) -> [UInt8] {
    var uuid = Array(SHA1.digest(namespace + name).prefix(16))
    uuid[6] = uuid[6] & 0x0f | 0x50
    uuid[8] = uuid[8] & 0x3f | 0x80
    return uuid
  }

  private static func decimal(_ uuid: [UInt8]) -> String {
    "2.25.\(uuid.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
  }
}
