import Foundation
import Platform
import Spool
import Study

/// The results under a path: one study's folder, or the latest of every study of an outbox.
package struct Results: Sendable {
  package var path: String
  var byStudy: [String: StudyReport]

  /// - Throws: a sentence where there are none, or one cannot be read.
  package init(_ path: String) throws(CommandFailure) {
    self.path = path
    if access(path + "/study.json", F_OK) == 0 {
      let report = try Self.read(path)
      byStudy = [report.study.uid: report]
      return
    }
    let names: [String]
    do throws(FileError) { names = try Files.names(in: path, .outbox) } catch {
      throw CommandFailure(
        code: ExitCode.noInput, sentence: "\(path): \(error.reason); name a study's folder or an outbox")
    }
    byStudy = [:]
    for (study, revision) in PublishedRevision.latest(of: names)
    where access("\(path)/\(revision.name)/study.json", F_OK) == 0 {
      byStudy[study] = try Self.read("\(path)/\(revision.name)")
    }
    if byStudy.isEmpty {
      throw CommandFailure(
        code: ExitCode.noInput, sentence: "\(path): no study.json here; name a study's folder or an outbox")
    }
  }

  private static func read(_ folder: String) throws(CommandFailure) -> StudyReport {
    let file = folder + "/study.json"
    do { return try StudyJSON.decode(Data(try Files.read(file, .outbox))) } catch let error as FileError {
      throw CommandFailure(
        code: ExitCode.noInput, sentence: "\(file): \(error.reason); ask as a user who may read it")
    } catch StudyJSON.Failure.unreadable(let sentence) {
      throw CommandFailure(
        code: ExitCode.noInput, sentence: "\(file): \(sentence) Process the study again, or leave it out")
    } catch {
      throw CommandFailure(code: ExitCode.noInput, sentence: "\(file): \(error); process the study again")
    }
  }
}
