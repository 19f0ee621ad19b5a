import Foundation
import Lab
import Platform
import Spool
import Study

extension Command {
  static let agreement = Command(
    name: "agreement", operands: "",
    summary: "How far readers' corrections and the program agree, over the latest results of an outbox.",
    options: [
      Option("--outbox", "DIR", "where the results are (required)"),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in
      guard arguments.operands.isEmpty else { throw CommandFailure.usage("no operand is needed") }
      let outbox = try arguments.require("--outbox", "DIR")
      let latest: [String: PublishedRevision]
      do throws(FileError) {
        latest = PublishedRevision.latest(of: try Files.names(in: outbox, .outbox))
      } catch {
        throw CommandFailure(code: ExitCode.failure, sentence: "\(outbox): \(error)")
      }
      let reports = latest.values.sorted { $0.name < $1.name }.lazy.compactMap { revision in
        report(outbox + "/" + revision.name)
      }
      let agreement = ReaderAgreement(reports)
      print(arguments.has("--json") ? (try? agreement.json.compact()) ?? "{}" : agreement.text)
      return ExitCode.success
    })

  /// A result that cannot be read is named, and the others count.
  private static func report(_ folder: String) -> StudyReport? {
    guard let bytes = try? Files.read(folder + "/study.json", .outbox),
      let report = try? StudyJSON.decode(Data(bytes))
    else {
      StandardError.complain("\(folder)/study.json cannot be read, and is not counted")
      return nil
    }
    return report
  }
}
