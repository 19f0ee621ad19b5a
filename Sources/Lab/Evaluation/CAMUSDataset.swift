import Foundation
import Hinge
import Study

/// A folder in CAMUS's layout: `<patient>/<patient>_<view>_<phase>.nii.gz` (or `.mhd` beside `.raw`) with the
/// truth in `..._gt` (Leclerc et al., IEEE TMI 38(9), 2019). Where `..._points.json` lies beside them (`TruthPoints`), its
/// hinge points are the truth, and the label image may lack structures or be missing.
package struct CAMUSDataset: Sendable {
  package enum View: String, Codable, Sendable, CaseIterable, Comparable {
    case fourChamber = "4CH"
    case twoChamber = "2CH"

    package static func < (a: View, b: View) -> Bool { a == .fourChamber && b == .twoChamber }
  }

  package struct Entry: Sendable, Equatable {
    package var patient: String
    package var view: View
    package var phase: CyclePhase

    package var name: String { "\(patient)_\(view.rawValue)_\(phase.rawValue)" }
  }

  /// A picture and what a physician drew on it, on one grid.
  package struct Sample: Sendable {
    package var picture: GridImage
    package var truth: LabelMask
    /// Labels that a person set; the others tell nothing of how good a prediction is.
    var known = Set(ChamberLabel.allCases)
    /// Hinge points that a person set, in place of those of the labels.
    var points: TruthPoints?
    /// Of the truth.
    var placement: GridPlacement
  }

  /// Where each view's patients lie: one folder for all, or `camus` and `camus_2ch` below one.
  private let folders: [View: String]
  package let entries: [Entry]

  /// - Parameters:
  ///   - folder: of the patients, or of the two folders `camus` (four-chamber) and `camus_2ch` (two-chamber).
  ///   - list: a text file with a patient's name on each line.
  ///   - views: each patient must have every one; `nil` takes those that the first patient has.
  package init(folder: String, list: String, views: [View]?) throws {
    let patients = try Self.patients(list)
    let folders = Self.folders(in: folder, of: patients[0])
    self.folders = folders
    let views = views ?? Self.views(in: folders, of: patients[0])
    guard !views.isEmpty else {
      throw EvaluationError(
        file: folder,
        problem:
          "it has no \(patients[0])/\(patients[0])_<view>_ED picture, nor has camus or camus_2ch below it: "
          + "name the folder of the patients, or the one above both"
      )
    }
    entries = patients.flatMap { patient in
      views.flatMap { view in
        CyclePhase.allCases.map { Entry(patient: patient, view: view, phase: $0) }
      }
    }
  }

  package func load(_ entry: Entry) throws -> Sample {
    let folder = folders[entry.view] ?? ""
    let picture = try GridImage.read(try Self.existing(folder, entry, suffix: ""))
    let points = try TruthPoints.read("\(folder)/\(entry.patient)/\(entry.name)\(TruthPoints.suffix)")
    if let points, points.labels.isEmpty, Self.path(folder, entry, suffix: "_gt") == nil {
      return Sample(
        picture: picture,
        truth: LabelMask(
          width: picture.width, height: picture.height, spacing: picture.spacing,
          labels: [UInt8](repeating: 0, count: picture.pixels.count)),
        known: [], points: points, placement: picture.placement)
    }
    let file = try Self.existing(folder, entry, suffix: "_gt")
    let truth = try GridImage.read(file)
    guard truth.width == picture.width, truth.height == picture.height,
      abs(truth.spacing.x - picture.spacing.x) < 1e-5, abs(truth.spacing.y - picture.spacing.y) < 1e-5
    else { throw EvaluationError(file: file, problem: "its grid is not that of its picture") }
    guard truth.pixels.allSatisfy({ ChamberLabel(rawValue: $0) != nil }) else {
      throw EvaluationError(file: file, problem: "it has labels beyond 0 to 3")
    }
    return Sample(
      picture: picture,
      truth: LabelMask(
        width: truth.width, height: truth.height, spacing: truth.spacing, labels: truth.pixels),
      known: points?.known ?? Set(ChamberLabel.allCases), points: points, placement: truth.placement)
  }

  private static func patients(_ list: String) throws -> [String] {
    let text = String(decoding: try GridImage.contents(list), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard !names.isEmpty else { throw EvaluationError(file: list, problem: "it names no patient") }
    guard Set(names).count == names.count else {
      throw EvaluationError(file: list, problem: "it names a patient twice")
    }
    guard names.allSatisfy({ !$0.contains("/") && !$0.hasPrefix(".") }) else {
      throw EvaluationError(file: list, problem: "it has a line that is not a patient's name")
    }
    return names
  }

  private static func folders(in folder: String, of patient: String) -> [View: String] {
    let hasPatients = FileManager.default.fileExists(atPath: "\(folder)/\(patient)")
    let below: [View: String] = [.fourChamber: "\(folder)/camus", .twoChamber: "\(folder)/camus_2ch"]
    return hasPatients ? [.fourChamber: folder, .twoChamber: folder] : below
  }

  private static func views(in folders: [View: String], of patient: String) -> [View] {
    View.allCases.filter { view in
      path(folders[view] ?? "", Entry(patient: patient, view: view, phase: .endDiastole), suffix: "") != nil
    }
  }

  private static func path(_ folder: String, _ entry: Entry, suffix: String) -> String? {
    let stem = "\(folder)/\(entry.patient)/\(entry.name)\(suffix)"
    return [".nii.gz", ".nii", ".mhd"].map { stem + $0 }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  private static func existing(_ folder: String, _ entry: Entry, suffix: String) throws -> String {
    guard let path = path(folder, entry, suffix: suffix) else {
      throw EvaluationError(
        file: "\(folder)/\(entry.patient)/\(entry.name)\(suffix)",
        problem: "there is no .nii.gz, .nii or .mhd of this name")
    }
    return path
  }
}

extension CAMUSDataset.View {
  /// The view as results name it.
  package var code: EchoView { self == .fourChamber ? .a4c : .a2c }
}
