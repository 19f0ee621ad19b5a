import Platform

/// Paths below the inbox: under which a file first came, and by what it came since, out of an archive or because its
/// study was asked for again.
package enum SourcePath {
  /// The paths below the inbox by which the files of a claim are given back, in the order of the files.
  ///
  /// However often a study is requeued, they grow no longer: what earlier returns put before a path goes again. Where two
  /// files would then have one path, each keeps what its first return put there, or gets its number.
  static func ofReturn(_ claim: Claim) -> [String] {
    let sources = claim.files.map(\.source)
    let numbered = zip(claim.files, sources).map { "\($0.spoolName)/\(first(of: $1))" }
    let short = zip(claim.files, sources).map { "\($0.spoolName)/\(Files.lastComponent(of: $1))" }
    let names = [sources.map(first), sources.map(withFirstReturn), numbered].first(where: canLieTogether)
    return (names ?? short).map { requeuedPrefix + claim.folderName + "/" + $0 }
  }

  /// Whether no path is another's or one of its folders, also where a share takes capitals for small letters, and none
  /// is deeper than the inbox is looked through, in a folder that comes before it.
  private static func canLieTogether(_ paths: [String]) -> Bool {
    let parts = paths.map { $0.lowercased().split(separator: "/") }
    let whole = Set(parts)
    return whole.count == paths.count
      && parts.allSatisfy { parts in
        parts.count <= InboxScan.maximumDepth
          && (1..<parts.count).allSatisfy { !whole.contains(Array(parts.prefix($0))) }
      }
  }

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

  /// The path under which a file first came, in the folder that the first return put it into, if there was one.
  private static func withFirstReturn(_ path: String) -> String {
    var (rest, last) = (path[...], path[...])
    while let end = endOfReturn(rest) { (rest, last) = (rest[end...], rest) }
    return String(last)
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
