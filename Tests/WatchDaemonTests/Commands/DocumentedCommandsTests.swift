import Foundation
import TestSupport
import Testing

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

  /// Every `hinged` line in a fenced block, with the words that follow the program.
  private static let written: [(file: String, words: [String])] = {
    let files = ["README.md", "CONTRIBUTING.md"] + Checkout.files("docs", ".md")
    return files.flatMap { file in
      let text = (try? Checkout.text(file)) ?? ""
      let blocks = text.components(separatedBy: "\n```").enumerated().filter { $0.offset % 2 == 1 }.map(
        \.element)
      return blocks.filter { $0.hasPrefix("sh") }.flatMap { $0.split(separator: "\n") }
        .map { $0.prefix { $0 != "#" && $0 != ">" && $0 != "|" }.split(separator: " ").map(String.init) }
        .map { $0.first == "sudo" ? Array($0.dropFirst()) : $0 }
        .filter { $0.first == "hinged" }.map { (file: file, words: Array($0.dropFirst())) }
    }
  }()

  @Test func documentsUseCommandsAndOptionsThatExist() throws {
    #expect(!Self.written.isEmpty)
    for (file, words) in Self.written {
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
