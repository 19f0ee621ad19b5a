import CDCMTK

extension hd_error {
  /// What went wrong, as the C++ part wrote it.
  package var sentence: String {
    withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
