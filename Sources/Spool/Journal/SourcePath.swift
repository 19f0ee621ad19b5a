/// Paths below the inbox: under which a file first came, and by what it came since, out of an archive or because its
/// study was asked for again.
package enum SourcePath {
  /// The folder below the inbox in which the files of a claim are given back.
  static func requeued(_ claim: Claim) -> String { requeuedPrefix + claim.folderName }

  /// The path of a file that was taken out of an archive. No file of the inbox can have it, for the empty name in it.
  /// - Parameters:
  ///   - source: The archive's path below the inbox.
  ///   - name: The file's in the archive.
  package static func unpacked(_ claim: Int, source: String, name: String) -> String {
    "\(unpackedPrefix)c\(claim)//\(source)/\(name)"
  }

  /// Whether a file was taken out of an archive, and never lay in the inbox under that path.
  static func isUnpacked(_ path: String) -> Bool { path.hasPrefix(unpackedPrefix) && path.contains("//") }

  /// The path under which a file first came, whatever brought it back since.
  package static func first(of path: String) -> String {
    var rest = path[...]
    while let end = endOfReturn(rest) { rest = rest[end...] }
    return String(rest)
  }

  /// The path under which a file first came, and the one that it has now where that is another one.
  package static func all(of path: String) -> [String] {
    let first = first(of: path)
    return first == path ? [path] : [first, path]
  }

  private static let requeuedPrefix = "requeued-"
  private static let unpackedPrefix = "unpacked-"

  /// Behind the leading folder, where that is one of a claim's own.
  private static func endOfReturn(_ path: Substring) -> Substring.Index? {
    guard let prefix = [requeuedPrefix, unpackedPrefix].first(where: { path.hasPrefix($0 + "c") }),
      let slash = path.firstIndex(of: "/")
    else { return nil }
    let number = path[..<slash].dropFirst(prefix.count + 1)
    guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return path[slash...].firstIndex { $0 != "/" } ?? path.endIndex
  }
}
