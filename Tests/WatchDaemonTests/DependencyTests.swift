import Foundation
import TestSupport
import Testing

/// What a target may ask of the system. Which target may know which other stands in `Package.swift`, and the compiler
/// keeps that.
@Suite struct DependencyTests {
  private static let allowed: [(target: String, system: Set<String>)] = [
    ("Hinge", ["Glibc"]),
    ("Study", ["Foundation", "Glibc"]),
    ("Reports", ["Foundation", "Glibc"]),
    ("Phantom", ["Foundation", "Synchronization"]),
    ("Lab", ["Foundation"]),
  ]
  private static let system: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking", "Glibc", "Synchronization",
  ]

  @Test(arguments: allowed) func asksOnlyWhatItMayOfTheSystem(target: String, system: Set<String>) throws {
    let files = Checkout.files("Sources/\(target)", ".swift")
    #expect(!files.isEmpty)
    for file in files {
      for line in try Checkout.text(file).split(separator: "\n") {
        let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
        guard words.first == "import", let name = words.last?.split(separator: ".").first.map(String.init),
          Self.system.contains(name)
        else { continue }
        #expect(system.contains(name), "\(file) imports \(name)")
      }
    }
  }
}
