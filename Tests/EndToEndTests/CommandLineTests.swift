import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import WatchDaemon

/// The program as a person and a script call it.
@Suite struct CommandLineTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func hinged(_ words: String...) throws -> ProgramRun { try ProgramRun.of(Products.hinged, words) }

  @Test func theFirstWordOfCommandsOfTwoWordsListsThem() throws {
    let help = try hinged("batch", "--help")
    #expect(help.status == ExitCode.success && help.errors.isEmpty)
    #expect(help.output.contains("usage: hinged batch plan|run|merge\n"))
    for word in ["  plan ", "  run ", "  merge "] { #expect(help.output.contains(word)) }
    let alone = try hinged("batch")
    #expect(alone.status == ExitCode.usage && alone.output.isEmpty && alone.errors == help.output)
    let wrong = try hinged("batch", "go", "--json")
    #expect(wrong.status == ExitCode.usage)
    #expect(wrong.errors == "hinged: unknown command \"batch go\"; take plan, run or merge\n")
  }

  @Test func theHelpListsEveryCommandThatAPersonCalls() throws {
    let help = try hinged("--help").output
    for command in CommandLineInterface.commands where command.name != "decode-worker" {
      #expect(help.contains("\n  \(command.name) "), "\(command.name)")
    }
  }

  /// On a terminal of its own.
  private func onTerminal(_ words: String, columns: Int = 80, _ environment: String = "") throws -> String {
    let call = "stty cols \(columns); \(environment) \(Products.hinged) \(words); true"
    return try ProgramRun.of("/usr/bin/script", ["-qec", call, "/dev/null"]).output
  }

  @Test(arguments: [40, 61, 80]) func helpWrapsAtTheWidthOfTheTerminal(columns: Int) throws {
    for words in ["--help", "process --help", "batch --help", "evaluate --help", "correct --help"] {
      let lines = try onTerminal(words, columns: columns, "NO_COLOR=1").split(separator: "\r\n")
      #expect(lines.count > 5)
      let usage = lines.filter { $0.hasPrefix("usage: ") }
      for line in lines where !usage.contains(line) { #expect(line.count <= columns, "\(words): \(line)") }
    }
  }

  @Test func coloursOnATerminalAloneAndNeverUnderNoColor() throws {
    let escape = "\u{1B}["
    for words in ["--help", "process --help", "batch --help", "nonsense", "compare a b"] {
      #expect(try onTerminal(words, "TERM=xterm NO_COLOR=").contains(escape), "\(words)")
      #expect(try !onTerminal(words, "TERM=xterm NO_COLOR=1").contains(escape), "\(words)")
      #expect(try !onTerminal(words, "TERM=dumb NO_COLOR=").contains(escape), "\(words)")
      let run = try ProgramRun.of(Products.hinged, words.split(separator: " ").map(String.init))
      #expect(!(run.output + run.errors).contains(escape), "\(words)")
    }
  }

  @Test(arguments: [
    (["explain", "1.2"], ExitCode.usage), (["requeue", "1.2"], ExitCode.usage),
    (["explain", "1.2", "--config", "/nowhere.conf"], ExitCode.configuration),
    (["requeue", "1.2", "--config", "/nowhere.conf"], ExitCode.configuration),
    (["compare", "/nowhere", "/nowhere"], ExitCode.noInput), (["compare"], ExitCode.usage),
    (["batch", "merge", "/nowhere", "--outbox", "/tmp"], ExitCode.noInput),
    (["batch", "merge", "--outbox"], ExitCode.usage), (["bench", "/nowhere"], ExitCode.noInput),
  ])
  func whoAsksForJSONGetsItOfAFailureToo(words: [String], code: Int32) throws {
    let model = words[0] == "bench" ? ["--model", try TinyModel.write(into: folder.path)] : []
    let plain = try ProgramRun.of(Products.hinged, words + model)
    let run = try ProgramRun.of(Products.hinged, words + ["--json"] + model)
    #expect(plain.status == code && run.status == code, "\(run)")
    #expect(plain.output.isEmpty)
    if words.last == "--outbox" { return }
    let answer = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run)")
    let sentence = try #require(answer["error"] as? String)
    #expect(answer["exit_code"] as? Int == Int(code) && run.errors.hasPrefix("hinged: \(sentence)\n"))
  }

  @Test func benchGivesItsFiguresAsJSON() throws {
    let run = try hinged(
      "bench", "--json", "--repeats", "1", "--model", try TinyModel.write(into: folder.path))
    #expect(run.status == 0, "\(run.errors)")
    let answer = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let parts = try #require(answer["parts"] as? [[String: Any]])
    #expect(parts.compactMap { $0["name"] as? String } == ["decode", "inference", "whole walk"])
    for part in parts {
      #expect(try #require(part["frames_a_second"] as? Double) > 0)
      #expect(try #require(part["ms"] as? Double) > 0)
    }
  }

  private func evaluate(_ dataset: String, _ list: String, out: String) throws -> ProgramRun {
    try hinged("evaluate", "--dataset", dataset, "--list", list, "--out", out, "--model", model())
  }

  private func model() throws -> String { try TinyModel.write(into: folder.path) }

  @Test func aDatasetThatIsNotThereIsNoFaultOfTheProgram() throws {
    let list = folder.path + "/list"
    try Data("patient0001\n".utf8).write(to: URL(fileURLWithPath: list))
    for (dataset, names) in [("/nowhere", list), (folder.path, list), (folder.path, "/nowhere")] {
      let run = try evaluate(dataset, names, out: folder.path + "/out")
      let missing = names == "/nowhere" ? names : dataset
      #expect(run.status == ExitCode.noInput && run.errors.hasPrefix("hinged: \(missing): "), "\(run)")
    }
  }

  @Test func agreementOverAnOutboxThatIsNotThereIsNoAgreement() throws {
    let run = try hinged("agreement", "--outbox", folder.path + "/none", "--json")
    #expect(run.status == ExitCode.failure && run.errors.contains("/none: "), "\(run)")
    #expect(run.output.contains("\"exit_code\":1") || run.output.contains("\"exit_code\": 1"), "\(run)")
  }

  /// `/proc` takes no file from anybody.
  @Test(arguments: ["/proc", "/proc/nowhere", "file", "file/below"])
  func whereNothingCanBeWrittenIsFoundBeforeTheWork(place: String) throws {
    let clip = folder.path + "/in/IM1"
    try FileManager.default.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: true)
    try PhantomStudy.write(to: clip)
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    let outbox = place.hasPrefix("/") ? place : folder.path + "/" + place
    let run = try hinged("process", clip, "--outbox", outbox, "--model", model())
    #expect(run.status == ExitCode.temporary && run.errors.hasPrefix("hinged: \(outbox): "), "\(run)")
    #expect(run.errors.split(separator: "\n").count == 1, "nothing was read")
  }

  @Test func inputsAndOutboxLieApart() throws {
    let input = folder.path + "/in"
    try FileManager.default.createDirectory(atPath: input, withIntermediateDirectories: true)
    try PhantomStudy.write(to: input + "/IM1")
    for (path, outbox) in [("in", "in/out"), ("in/IM1", "in"), ("in", ""), ("in", "in")] {
      let run = try hinged(
        "process", folder.path + "/" + path, "--outbox", folder.path + "/" + outbox, "--model", model())
      #expect(run.status == ExitCode.usage && run.errors.contains("name a folder apart"), "\(run)")
    }
    #expect(folder.names("in") == ["IM1"], "nothing was made among the inputs")
  }

  @Test func aConfigurationForProcessNeedsNoFolders() throws {
    let (clip, file) = (folder.path + "/IM1", folder.path + "/some.conf")
    try PhantomStudy.write(to: clip)
    try Data("outputs = sr\nview = A4C if file ~ \"IM\"\n".utf8).write(to: URL(fileURLWithPath: file))
    let run = try hinged(
      "process", clip, "--outbox", folder.path + "/out", "--config", file, "--model", model())
    #expect(run.status == 0, "\(run.errors)")
    #expect(folder.studies("out") == [PhantomStudy.study])
    let daemon = try hinged("check-config", file)
    #expect(daemon.status == ExitCode.configuration && daemon.errors.contains("inbox: is missing"))
  }
}
