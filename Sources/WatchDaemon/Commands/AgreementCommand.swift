import Clips
import Foundation
import Glibc
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
      Option(
        "--page", "FILE", "write the table and the differences of the diameter as a page, for a browser"),
      Option(
        "--dataset", "DIR",
        "write the frames that readers set or accepted there, as evaluate and the training read them: points, and "
          + "labels of chambers where they are known; an empty folder or a new one"),
      Option(
        "--pictures", "PATH",
        "with --dataset: the clips' files, to add the pictures, black outside of the sector; may be repeated",
        isRepeatable: true),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in
      guard arguments.operands.isEmpty else { throw CommandFailure.usage("no operand is needed") }
      let outbox = try arguments.require("--outbox", "DIR")
      let export = try DatasetExport(arguments)
      let reports = LatestReports(outbox: outbox, names: try LatestReports.names(in: outbox))
      let agreement = ReaderAgreement(reports)
      if let page = arguments["--page"] {
        do {
          try Data(AgreementPage(agreement: agreement).render().utf8).write(to: URL(fileURLWithPath: page))
        } catch { throw CommandFailure(code: ExitCode.failure, sentence: "\(page): it cannot be written") }
      }
      let written = try export?.write(reports)
      if arguments.has("--json") {
        print((try? agreement.json(written?.members).compact()) ?? "{}")
      } else {
        print(([agreement.text] + (written?.sentences ?? [])).joined(separator: "\n"))
      }
      return ExitCode.success
    })
}

/// The latest result of each study in an outbox. One that cannot be read is named, and the others count.
struct LatestReports: Sequence {
  let outbox: String
  /// Names of folders.
  let names: [String]

  static func names(in outbox: String) throws(CommandFailure) -> [String] {
    do throws(FileError) {
      // A folder that is not there would have no names, and the answer be that nobody read anything.
      _ = try Descriptor.open(outbox, O_RDONLY | O_DIRECTORY, .outbox)
      return PublishedRevision.latest(of: try Files.names(in: outbox, .outbox)).values.map(\.name).sorted()
    } catch {
      throw CommandFailure(code: ExitCode.failure, sentence: "\(outbox): \(error)")
    }
  }

  func makeIterator() -> AnyIterator<StudyReport> {
    var rest = names[...]
    return AnyIterator {
      while let name = rest.popFirst() {
        let path = "\(outbox)/\(name)/study.json"
        if let bytes = try? Files.read(path, .outbox), let report = try? StudyJSON.decode(Data(bytes)) {
          return report
        }
        StandardError.complain("\(path) cannot be read, and is not counted")
      }
      return nil
    }
  }
}
