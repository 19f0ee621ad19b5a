import Foundation
import Glibc
import Testing

@testable import WatchDaemon

/// The file in `config/` is the documentation of the keys.
@Suite struct ShippedConfigurationTests {
  private let text: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    text = try String(contentsOf: root.appendingPathComponent("config/hinged.conf"), encoding: .utf8)
  }

  @Test func parses() throws {
    let value = try ConfigurationFile.parse(text, name: "hinged.conf")
    #expect(value == Configuration(inbox: value.inbox, outbox: value.outbox, spool: value.spool))
  }

  @Test func namesEveryKey() {
    for key in ConfigurationKey.all {
      #expect(text.contains("\n\(key.name) = ") || text.contains("\n#\(key.name) = "), "\(key.name)")
    }
  }

  @Test func settingsThatAreCommentedOutAreValidAndMostAreTheDefaults() throws {
    let uncommented = text.split(separator: "\n")
      .map { line in
        line.hasPrefix("#") && line.contains(" = ") && !line.hasPrefix("# ") ? line.dropFirst() : line
      }
      .joined(separator: "\n")
    let value = try ConfigurationFile.parse(uncommented, name: "hinged.conf")
    var expected = Configuration(inbox: value.inbox, outbox: value.outbox, spool: value.spool)
    expected.viewRules = value.viewRules
    (expected.width, expected.backlog, expected.threads) = (1, 4, 2)
    expected.viewModels = value.viewModels
    (expected.model, expected.metrics, expected.onPublished) = (value.model, value.metrics, value.onPublished)
    #expect(value == expected && value.viewRules.count == 3)
  }
}

@Suite struct ConfigurationCheckTests {
  let folder = ScratchFolder()

  @Test func foldersThatCannotBeUsedAreToldTogetherWithBadValues() throws {
    try folder.write("x", to: "file")
    try folder.write(
      "inbox = \(folder.path)/none\noutbox = \(folder.path)/file\nspool = \(folder.path)/made\nwidth = 0\n",
      to: "conf")
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationCheck.load(folder.path + "/conf")
    }
    #expect(error?.faults.map(\.key) == ["inbox", "outbox", "width"])
    #expect(error?.faults.map(\.line) == [1, 2, 4])
    #expect(access(folder.path + "/made", F_OK) != 0)
  }

  @Test func fileThatIsNotThereIsOneSentence() {
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationCheck.load("/none/hinged.conf") }
    #expect(
      error?.description.contains("/none/hinged.conf: cannot open the configuration: No such file") == true)
  }
}
