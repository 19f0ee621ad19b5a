import Foundation
import TestSupport
import Testing

/// No layer imports upwards: the directions of docs/ARCHITECTURE.md.
@Suite struct DependencyTests {
  private static let system: Set<String> = [
    "Glibc", "Dispatch", "Foundation", "FoundationEssentials", "Synchronization",
  ]

  private static let allowed: [(module: String, imports: Set<String>)] = [
    ("Hinge", ["Glibc"]), ("Inference", ["CKernels", "Dispatch", "Glibc", "Synchronization"]),
    ("WatchDaemon", system.union(["Hinge", "Inference", "CDCMTK", "CPNG"])),
  ]

  @Test(arguments: allowed) func moduleImportsOnlyWhatItMay(module: String, imports: Set<String>) throws {
    let files = Checkout.files("Sources/\(module)", ".swift")
    #expect(!files.isEmpty)
    for file in files {
      for line in try Checkout.text(file).split(separator: "\n") where line.contains("import ") {
        let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
        guard words.first == "import", let name = words.last?.split(separator: ".").first else { continue }
        #expect(imports.contains(String(name)), "\(file) imports \(name)")
      }
    }
  }

  /// The folders of `WatchDaemon` from the lowest: a file names no type of a folder after its own. Commands stand
  /// above all, in whichever folder they lie.
  private static let layers = [
    "System", "Result", "Configuration", "Console", "Archives", "Clips", "Segmentation", "Analysis",
    "Measures", "Report", "Outbox",
    "Journal", "Intake", "Queue", "Observability", "Lifecycle", "Pipeline", "Batch", "Demo", "Evaluation",
    "Models",
    "Compare", "Commands",
  ]

  @Test func everyFolderIsALayer() {
    let folders = Set(
      Checkout.files("Sources/WatchDaemon", ".swift").compactMap { file -> String? in
        let names = file.split(separator: "/").drop { $0 != "WatchDaemon" }.dropFirst()
        return names.count > 1 ? names.first.map(String.init) : nil
      })
    #expect(folders == Set(Self.layers))
  }

  @Test(arguments: layers.indices) func layerNamesNoTypeFromAbove(place: Int) throws {
    let folder = Self.layers[place]
    let above = try Self.layers[(place + 1)...].flatMap { try Self.types(in: "Sources/WatchDaemon/\($0)") }
    let own = Set(try Self.layers[...place].flatMap { try Self.types(in: "Sources/WatchDaemon/\($0)") })
    for file in Checkout.files("Sources/WatchDaemon/\(folder)", ".swift")
    where !file.hasSuffix("Command.swift") {
      let known = Self.words(of: try Checkout.text(file)).intersection(Set(above).subtracting(own))
      #expect(known.isEmpty, "\(file) knows \(known.sorted().joined(separator: ", "))")
    }
  }

  /// Names of the types that a folder's files declare at their outermost level.
  private static func types(in folder: String) throws -> [String] {
    try Checkout.files(folder, ".swift").flatMap { file in
      try Checkout.text(file).split(separator: "\n").compactMap { line -> String? in
        let words = line.split(whereSeparator: { " :<{(".contains($0) }).map(String.init)
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "actor"]
        guard line.first?.isWhitespace == false, let place = words.firstIndex(where: { kinds.contains($0) }),
          !words.prefix(place).contains("private"), !words.prefix(place).contains("fileprivate"),
          !line.hasPrefix("//"), words.count > place + 1
        else { return nil }
        return words[place + 1]
      }
    }
  }

  /// The words of the code, without comments and texts.
  private static func words(of text: String) -> Set<String> {
    let code = text.split(separator: "\n").map { line in
      line.replacing(/"(?:[^"\\]|\\.)*"/, with: "").split(separator: "//", omittingEmptySubsequences: false)[
        0]
    }
    return Set(
      code.flatMap {
        $0.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
      })
  }
}
