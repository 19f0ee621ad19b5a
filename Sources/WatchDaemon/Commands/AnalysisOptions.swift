import Clips
import Foundation
import Inference
import Platform
import Study

/// The options that every command with an analysis has: `--config`, `--view`, `--model`, `--precision`, `--threads`.
struct AnalysisOptions {
  var configuration: Configuration?
  var operatorView: EchoView?
  /// Path of the model; with `--model` it measures every view.
  var model: String
  /// Paths of models by view.
  var viewModels: [EchoView: String]
  var precision: Configuration.Precision
  var threads: Int

  init(_ arguments: Arguments) throws {
    configuration = try arguments["--config"].map(Self.configuration)
    operatorView = try arguments["--view"].map(Self.view)
    viewModels = arguments["--model"] == nil ? configuration?.viewModels ?? [:] : [:]
    model = try ModelLocation.resolve(arguments["--model"] ?? configuration?.model)
    precision = try arguments["--precision"].map(Self.precision) ?? configuration?.precision ?? .auto
    let cores = MachineShare.processors
    threads =
      try arguments.threads() ?? configuration?.effectiveThreads(cores: cores) ?? cores
  }

  /// Only what the configuration says of results is taken here, so its folders need not exist, nor be named.
  private static func configuration(_ file: String) throws -> Configuration {
    do {
      return try ConfigurationFile.parse(ConfigurationCheck.text(of: file), name: file, needsPlaces: false)
    } catch {
      throw CommandFailure(code: ExitCode.configuration, sentence: "\(error)")
    }
  }

  private static func precision(_ word: String) throws -> Configuration.Precision {
    guard let precision = Configuration.Precision(rawValue: word) else {
      throw CommandFailure.usage("--precision \(word): auto, fp32, bf16 or int8 is needed")
    }
    return precision
  }

  private static func view(_ word: String) throws -> EchoView {
    guard let view = ViewName.view(in: word), view.isNamed else {
      throw CommandFailure.usage("--view \(word): A4C, A2C, A3C or A5C is needed")
    }
    return view
  }

  /// - Parameter requiresAdmission: whether a precision that was not measured to hold is refused.
  func pipeline(namesFiles: Bool, requiresAdmission: Bool = true) throws -> StudyPipeline {
    let settings = AnalysisSettings(
      configuration: configuration, operatorView: operatorView, threads: threads, namesFiles: namesFiles)
    let segmenters = try SegmenterSet(
      .init(general: model, byView: viewModels),
      precision: .init(wanted: precision, requiresAdmission: requiresAdmission))
    return StudyPipeline(segmenters: segmenters, settings: settings)
  }
}

extension Arguments {
  /// The threads that each frame is split over: those of `--threads`, else the processors that this process may use,
  /// as far as a frame can be split.
  func threadsOfFrame(processors: Int = MachineShare.processors) throws(CommandFailure) -> Int {
    let most = InferenceSession.maximumThreads
    guard let wanted = try threads() else { return min(processors, most) }
    guard wanted <= most else {
      throw .usage("--threads \(wanted): a picture can be split over \(most) at most; take \(most) or fewer")
    }
    return wanted
  }
}
