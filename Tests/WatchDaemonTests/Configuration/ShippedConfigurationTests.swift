import Foundation
import Glibc
import TestSupport
import Testing

@testable import Clips
@testable import Lab
@testable import Platform
@testable import Reports
@testable import Study
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
    expected.onTrouble = value.onTrouble
    expected.verifyingOrganization = value.verifyingOrganization
    #expect(value == expected && value.viewRules.count == 3)
  }
}

/// What docs/OPERATOR.md gives to be copied.
@Suite struct DocumentedRulesTests {
  private let rules: [ViewRule]

  init() throws {
    let lines = try Checkout.text("docs/OPERATOR.md").split(separator: "\n")
    rules = try lines.filter { $0.hasPrefix("view = ") }.map {
      try ViewRule(String($0.dropFirst("view = ".count)))
    }
  }

  @Test func stateTheViewsThatTheyAreMeantFor() {
    #expect(rules.count >= 9)
    let cases: [(texts: [String: String], file: String, view: EchoView?)] = [
      (["SeriesDescription": "4K Ruhe"], "x", .a4c), (["SeriesDescription": "3K"], "x", .a3c),
      (["SeriesDescription": "14K"], "x", nil), (["ProtocolName": "Step 03"], "x", .a4c),
      ([:], "patient/4ch/1.dcm", .a4c), ([:], "patient/2CH/1.dcm", .a2c), ([:], "patient/24ch/1.dcm", nil),
      (["StageName": "Peak"], "x", .other), (["ImageComments": "with Contrast"], "x", .other),
    ]
    for (texts, file, view) in cases {
      #expect(rules.first { $0.holds(texts: texts, file: file) }?.view == view, "\(texts) \(file)")
    }
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
