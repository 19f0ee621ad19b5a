import Foundation
import Platform

extension Command {
  static let demo = Command(
    name: "demo", operands: "",
    summary: "Has the daemon measure a synthetic study, and prints truth beside measurement.",
    options: [
      Option("--dir", "DIR", "where inbox, outbox and spool are made (default: a new temporary folder)"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--threads", "N", "frames in work at once (default: all cores)"),
    ],
    run: { arguments in try demonstrate(arguments) })

  private static func demonstrate(_ arguments: Arguments) throws -> Int32 {
    if let operand = arguments.operands.first {
      throw CommandFailure.usage("\(operand): demo takes no files; hinged process PATH... measures yours")
    }
    let options = try AnalysisOptions(arguments)
    let model = URL(fileURLWithPath: options.model).standardizedFileURL.path
    do {
      return try runDemo(directory: arguments["--dir"]) { inbox, outbox in
        let daemon = try DemoDaemon(
          folder: Files.parent(of: inbox) ?? ".", inbox: inbox, outbox: outbox, model: model,
          threads: options.threads)
        defer { daemon.stop() }
        return try daemon.report(of: DemoStudy.studyInstanceUID)
      }
    } catch let failure as DemoFailure {
      throw CommandFailure(code: ExitCode.failure, sentence: failure.description)
    }
  }
}
