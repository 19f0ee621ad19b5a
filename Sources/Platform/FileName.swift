import Glibc

/// File names as text without loss.
///
/// A name on Linux is any bytes; a share written by old modalities has names in Latin-1. A byte that is not part
/// of valid UTF-8 becomes the private-use scalar U+F700 + byte, and a name that contains such scalars of its own
/// has its bytes treated alike, so that text and bytes map one to one.
package enum FileName {
  private static let escapes: ClosedRange<UInt32> = 0xF700...0xF7FF

  package static func text(of bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: isEscape) {
      return text
    }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(byte < 0x80 ? Unicode.Scalar(byte) : Unicode.Scalar(escapes.lowerBound + UInt32(byte))!)
    }
    return String(text)
  }

  /// - Parameter path: As the system gives it.
  package static func text(ofPath path: UnsafePointer<CChar>) -> String {
    text(of: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }

  package static func text(ofEntry entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { name in
        text(of: UnsafeBufferPointer(start: name, count: strnlen(name, 256)))
      }
    }
  }

  package static func bytes(of text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: isEscape) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { scalar in
      isEscape(scalar) ? [UInt8(scalar.value - escapes.lowerBound)] : Array(String(scalar).utf8)
    }
  }

  /// Whether the name can be given to other code as it stands.
  package static func isPlain(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isEscape) }

  package static func withPath<T>(_ text: String, _ body: (UnsafePointer<CChar>) -> T) -> T {
    if isPlain(text) { return text.withCString(body) }
    return (bytes(of: text) + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
    }
  }

  private static func isEscape(_ scalar: Unicode.Scalar) -> Bool { escapes.contains(scalar.value) }
}

private func strnlen(_ text: UnsafePointer<UInt8>, _ limit: Int) -> Int {
  var count = 0
  while count < limit && text[count] != 0 { count += 1 }
  return count
}
