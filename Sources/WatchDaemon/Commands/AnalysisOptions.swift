import Foundation

/// The options that every command with an analysis has: `--config`, `--view`, `--model`, `--threads`.
struct AnalysisOptions {
  var configuration: Configuration?
  var operatorView: ClipReport.View.Code?
  var model: String
  var threads: Int

  init(_ arguments: Arguments) throws {
    configuration = try arguments["--config"].map(Self.configuration)
    operatorView = try arguments["--view"].map(Self.view)
    model = try ModelLocation.resolve(arguments["--model"] ?? configuration?.model)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    threads =
      try arguments.positiveInteger("--threads") ?? configuration?.effectiveThreads(cores: cores) ?? cores
  }

  /// Only what the configuration says of results is taken here, so its folders need not exist.
  private static func configuration(_ file: String) throws -> Configuration {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw CommandFailure(
        code: ExitCode.configuration, sentence: "\(file): the configuration cannot be read; check the path")
    }
    do { return try ConfigurationFile.parse(text, name: file) } catch {
      throw CommandFailure(code: ExitCode.configuration, sentence: "\(error)")
    }
  }

  private static func view(_ word: String) throws -> ClipReport.View.Code {
    switch word.uppercased() {
    case "A4C", "4CH": return .a4c
    case "A2C", "2CH": return .a2c
    default: throw CommandFailure.usage("--view \(word): A4C or A2C is needed")
    }
  }

  func pipeline(namesFiles: Bool) throws -> StudyPipeline {
    let settings = AnalysisSettings(
      configuration: configuration, operatorView: operatorView, threads: threads, namesFiles: namesFiles)
    return StudyPipeline(segmenter: try Segmenter(path: model), settings: settings)
  }
}
