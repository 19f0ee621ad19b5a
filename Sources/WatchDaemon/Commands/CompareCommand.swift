import Lab
import Platform

extension Command {
  static let compare = Command(
    name: "compare", operands: "A B",
    summary: "Tells where two results differ, in numbers: two folders of one study, or two outboxes.",
    options: [Option("--json", nil, "the answer as JSON on standard output")],
    run: { arguments in
      guard arguments.operands.count == 2 else {
        throw CommandFailure.usage("name two results: folders of a study, or outboxes")
      }
      let comparison = ResultsComparison(
        try Results(arguments.operands[0]), try Results(arguments.operands[1]))
      if comparison.studies.isEmpty {
        throw CommandFailure(
          code: ExitCode.noInput,
          sentence: "\(comparison.paths.a) and \(comparison.paths.b) have no study in common; "
            + "process the same files into both")
      }
      let isJSON = arguments.has("--json")
      print(
        isJSON
          ? try ComparisonJSON.value(comparison).pretty()
          : TerminalText.visible(ComparisonText(comparison: comparison).text, keepsLines: true),
        terminator: "")
      return ExitCode.success
    })
}
