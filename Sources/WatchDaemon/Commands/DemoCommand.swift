import Foundation

extension Command {
  static let demo = Command(
    name: "demo", operands: "",
    summary: "Measures a synthetic study whose hinge points are known, and prints truth beside measurement.",
    options: [
      Option("--dir", "DIR", "where inbox and outbox are made (default: a new temporary folder)"),
      Option("--model", "FILE", "an ONNX model with its card beside it"),
      Option("--threads", "N", "frames in work at once (default: all cores)"),
    ],
    run: { arguments in
      if let operand = arguments.operands.first {
        throw CommandFailure.usage("\(operand): demo takes no files; hinged process PATH... measures yours")
      }
      let pipeline = try AnalysisOptions(arguments).pipeline(namesFiles: true)
      do {
        return try runDemo(directory: arguments["--dir"]) { inbox, outbox in
          let batch = StudyBatch(pipeline: pipeline, outbox: outbox, progress: Progress(isQuiet: false))
          let run = try batch.processAll(InputCollection(paths: [inbox]))
          guard let report = run.reports.first else {
            throw DemoFailure(description: "no study came out of \(inbox); see the messages above")
          }
          return report
        }
      } catch let failure as DemoFailure {
        throw CommandFailure(code: ExitCode.failure, sentence: failure.description)
      }
    })
}
