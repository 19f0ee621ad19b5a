import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Phantom
@testable import Study
@testable import WatchDaemon

/// Manual pages and documents say what the program has, and nothing that it has not.
@Suite struct DocumentedCommandsTests {
  private let commands = CommandLineInterface.commands.filter { !$0.isHidden }

  @Test func manualNamesEveryCommandWithItsOptions() throws {
    let sections = try Checkout.text("packaging/man/hinged.1").components(separatedBy: "\n.Ss hinged ")
    for command in commands {
      let section = sections.first { $0.hasPrefix(command.name + " ") || $0.hasPrefix(command.name + "\n") }
      #expect(section != nil, "hinged.1 lacks \(command.name)")
      for option in command.options {
        #expect(
          section?.contains("Fl Fl \(option.name.dropFirst(2))") == true, "\(command.name) \(option.name)")
      }
    }
  }

  @Test func manualNamesEveryConfigurationKey() throws {
    let text = try Checkout.text("packaging/man/hinged.conf.5")
    let named = text.split(separator: "\n").filter { $0.hasPrefix(".It Cm ") }.joined(separator: " ")
      .split(whereSeparator: { $0 == " " || $0 == "," })
    for key in ConfigurationKey.all { #expect(named.contains(Substring(key.name)), "\(key.name)") }
  }

  /// A `hinged` line of a fenced block: the words that follow the program.
  private struct Written {
    var file: String
    var words: [String]
  }

  private static func written() throws -> [Written] {
    var found: [Written] = []
    for file in ["README.md", "CONTRIBUTING.md"] + Checkout.files("docs", ".md") {
      for line in shellLines(of: try Checkout.text(file)) {
        var words = line.prefix { !"#>|".contains($0) }.split(separator: " ").map(String.init)
        if words.first == "sudo", let place = words.firstIndex(of: "hinged"), words.contains("-u") {
          words.removeFirst(min(place + 1, words.count - 1))
        }
        if words.first == "hinged" { found.append(Written(file: file, words: Array(words.dropFirst()))) }
      }
    }
    return found
  }

  /// The lines of the blocks that are marked as `sh`.
  private static func shellLines(of text: String) -> [Substring] {
    var lines: [Substring] = []
    var isShell = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("```") { isShell = line == "```sh" } else if isShell { lines.append(line) }
    }
    return lines
  }

  @Test func documentsUseCommandsAndOptionsThatExist() throws {
    let written = try Self.written()
    #expect(!written.isEmpty)
    for entry in written {
      let (file, words) = (entry.file, entry.words)
      if ["--help", "--version"].contains(words.first ?? "") { continue }
      let line = words.joined(separator: " ")
      let command = CommandLineInterface.commands.first { (line + " ").hasPrefix($0.name + " ") }
      #expect(command != nil, "\(file): hinged \(line)")
      guard let command else { continue }
      let rest = Array(words.dropFirst(command.name.split(separator: " ").count)).filter { $0 != "--help" }
      #expect(throws: Never.self, "\(file): hinged \(line)") { try Arguments(rest, options: command.options) }
    }
  }
}
