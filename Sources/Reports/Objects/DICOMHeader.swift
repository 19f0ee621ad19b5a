import CDCMTK

/// The bytes of a DICOM file up to its PixelData.
package enum DICOMHeader {
  package enum Transfer: Sendable {
    case explicitLittleEndian
    case jpegBaseline
    /// What comes behind the file meta information is to be deflated (PS3.5 A.5).
    case deflated
  }

  /// The bytes of a file up to its PixelData.
  package struct Encoded: Sendable, Equatable {
    /// Preamble and file meta information.
    package var meta: [UInt8]
    package var dataSet: [UInt8]
  }

  /// DCMTK refused something; which, in words, without values.
  package struct Refusal: Error, Equatable {
    package var message: String
  }

  /// Preamble, file meta information and data set. The same attributes give the same bytes.
  package static func encode(_ attributes: DICOMAttributes, _ transfer: Transfer) throws(Refusal) -> Encoded {
    let object = try ObjectUnderConstruction()
    try object.add(attributes)
    return try object.encode(transfer)
  }
}

/// An object on the C++ side. Used by one thread.
private final class ObjectUnderConstruction {
  typealias Refusal = DICOMHeader.Refusal

  private let handle: OpaquePointer

  init() throws(Refusal) {
    var error = hd_error()
    guard let opened = hd_object_open(&error) else { throw Refusal(message: error.sentence) }
    handle = opened
  }

  deinit { hd_object_close(handle) }

  func add(_ attributes: DICOMAttributes) throws(Refusal) {
    for member in attributes.members {
      switch member.value {
      case .text(let text): try check { hd_object_set(handle, member.keyword, text, $0) }
      case .items(let items):
        for item in items {
          try check { hd_object_enter(handle, member.keyword, $0) }
          try add(item)
          try check { hd_object_leave(handle, $0) }
        }
      case .bytes(let bytes):
        try check { hd_object_set_bytes(handle, member.keyword, bytes, bytes.count, $0) }
      }
    }
  }

  func encode(_ transfer: DICOMHeader.Transfer) throws(Refusal) -> DICOMHeader.Encoded {
    var bytes: UnsafePointer<UInt8>?
    var (count, meta) = (0, 0)
    try check { hd_object_encode(handle, transfer.cValue, &bytes, &count, &meta, $0) }
    let file = UnsafeBufferPointer(start: bytes, count: count)
    return .init(meta: Array(file[..<meta]), dataSet: Array(file[meta...]))
  }

  private func check(_ body: (UnsafeMutablePointer<hd_error>) -> Int32) throws(Refusal) {
    var error = hd_error()
    if body(&error) != 0 { throw Refusal(message: error.sentence) }
  }
}

extension DICOMHeader.Transfer {
  fileprivate var cValue: hd_object_transfer {
    switch self {
    case .explicitLittleEndian: HD_OBJECT_EXPLICIT_LITTLE_ENDIAN
    case .jpegBaseline: HD_OBJECT_JPEG_BASELINE
    case .deflated: HD_OBJECT_DEFLATED
    }
  }
}
