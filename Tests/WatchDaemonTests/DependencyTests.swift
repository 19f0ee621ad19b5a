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

  /// Folders whose types a folder must not name: what drives the work, seen from what does it. Commands stand above
  /// all of them, in whichever folder they lie.
  private static let above: [(folder: String, mayNotKnow: [String])] = [
    ("Clips", ["Pipeline", "Intake", "Journal", "Queue", "Lifecycle", "Evaluation"]),
    ("Segmentation", ["Pipeline", "Intake", "Journal", "Queue", "Lifecycle", "Evaluation", "Outbox"]),
    ("Measures", ["Intake", "Journal", "Queue", "Lifecycle", "Evaluation", "Outbox"]),
    ("Report", ["Intake", "Journal", "Queue", "Lifecycle", "Evaluation"]),
    ("Outbox", ["Intake", "Lifecycle", "Evaluation"]), ("Queue", ["Report", "Outbox", "Evaluation"]),
    ("Journal", ["Pipeline", "Lifecycle", "Evaluation"]), ("Pipeline", ["Evaluation"]),
    ("Demo", ["Intake", "Journal", "Queue", "Evaluation"]),
    ("Compare", ["Pipeline", "Segmentation", "Intake", "Journal", "Queue", "Lifecycle"]),
    ("Models", ["Intake", "Journal", "Queue", "Lifecycle", "Outbox"]),
  ]

  @Test(arguments: above) func folderNamesNoTypeFromAbove(folder: String, mayNotKnow: [String]) throws {
    let forbidden = Set(try mayNotKnow.flatMap { try Self.types(in: "Sources/WatchDaemon/\($0)") })
    let own = Set(try Self.types(in: "Sources/WatchDaemon/\(folder)"))
    let files = Checkout.files("Sources/WatchDaemon/\(folder)", ".swift")
    for file in files where !file.hasSuffix("Command.swift") {
      let known = Self.words(of: try Checkout.text(file)).intersection(forbidden.subtracting(own))
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

  /// The words of the code, without comments.
  private static func words(of text: String) -> Set<String> {
    let code = text.split(separator: "\n").map {
      $0.prefix(upTo: $0.range(of: "//")?.lowerBound ?? $0.endIndex)
    }
    return Set(
      code.flatMap {
        $0.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
      })
  }
}
