import Glibc
import Platform

/// Where results may lie beside the files that they are made of. Results among the inputs would be inputs of the next
/// call, and an input in the outbox might be taken for a result.
enum OutboxPlacement {
  /// - Throws: `CommandFailure` where the outbox is an input, lies in one or has one in it.
  static func check(outbox: String, inputs: [String]) throws(CommandFailure) {
    let place = resolved(outbox)
    for input in inputs {
      let file = resolved(input)
      let relation =
        place == file ? "is" : lies(place, in: file) ? "lies in" : lies(file, in: place) ? "has in it" : nil
      guard let relation else { continue }
      throw .usage(
        "--outbox \(outbox): it \(relation) \(input), which is to be read; name a folder apart from the inputs"
      )
    }
  }

  private static func lies(_ path: String, in folder: String) -> Bool {
    path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
  }

  /// The path without links and dots; of what is not there yet, the part that is there.
  private static func resolved(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return resolved(".") + "/" + trimmed }
    let parent = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    let above = resolved(parent)
    return (above.hasSuffix("/") ? above : above + "/") + trimmed[trimmed.index(after: slash)...]
  }
}
