import Inference
import Testing

@testable import Clips
@testable import Platform
@testable import WatchDaemon

@Suite struct ArgumentsTests {
  private static let options = [Option("--outbox", "DIR", "where"), Option("--json", nil, "lines")]

  private func parse(_ words: String...) throws -> Arguments { try Arguments(words, options: Self.options) }

  @Test func takesOptionsAndOperandsInAnyOrder() throws {
    let arguments = try parse("a", "--outbox", "out", "b", "--json")
    #expect(arguments.operands == ["a", "b"])
    #expect(arguments["--outbox"] == "out")
    #expect(arguments.has("--json"))
  }

  @Test func takesValuesAfterAnEqualsSign() throws {
    #expect(try parse("--outbox=a=b")["--outbox"] == "a=b")
  }

  @Test func takesEverythingAfterTwoDashesAsOperands() throws {
    #expect(try parse("--json", "--", "--outbox", "-x").operands == ["--outbox", "-x"])
  }

  @Test(arguments: [
    (["--what"], "unknown option --what"), (["--outbox"], "--outbox needs a value"),
    (["--json=1"], "--json takes no value"), (["--outbox", "a", "--outbox", "b"], "given twice"),
  ])
  func refusesWithASentenceThatNamesTheOption(words: [String], part: String) {
    let failure = #expect(throws: CommandFailure.self) { try Arguments(words, options: Self.options) }
    #expect(failure?.code == ExitCode.usage)
    #expect(failure?.sentence.contains(part) == true)
  }

  @Test(arguments: ["0", "-1", "two", ""])
  func refusesWhatIsNoPositiveNumber(text: String) throws {
    let arguments = try Arguments(["--outbox=\(text)"], options: Self.options)
    #expect(throws: CommandFailure.self) { try arguments.positiveInteger("--outbox") }
  }

  @Test func refusesMoreThreadsThanAConfigurationMayState() throws {
    let options = [Option("--threads", "N", "threads")]
    #expect(try Arguments(["--threads", "1024"], options: options).threads() == 1024)
    #expect(try Arguments([], options: options).threads() == nil)
    let many = try Arguments(["--threads", "\(Int.max)"], options: options)
    #expect(throws: CommandFailure.self) { try many.threads() }
  }

  private func threadsOfFrame(_ words: [String], processors: Int) throws -> Int {
    try Arguments(words, options: [Option("--threads", "N", "threads")]).threadsOfFrame(
      processors: processors)
  }

  @Test func aFrameTakesAsManyProcessorsAsItCanBeSplitOver() throws {
    #expect(try threadsOfFrame([], processors: 200) == InferenceSession.maximumThreads)
    #expect(try threadsOfFrame([], processors: 3) == 3)
    #expect(try threadsOfFrame(["--threads", "2"], processors: 200) == 2)
  }

  @Test func refusesMoreThreadsThanAFrameCanBeSplitOver() {
    let failure = #expect(throws: CommandFailure.self) {
      try threadsOfFrame(["--threads", "65"], processors: 200)
    }
    #expect(failure?.code == ExitCode.usage)
    #expect(failure?.sentence.contains("64 or fewer") == true)
  }
}
