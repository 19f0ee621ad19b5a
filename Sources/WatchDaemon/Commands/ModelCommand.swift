import Clips
import Foundation
import Lab
import Platform

extension Command {
  static let model = Command(
    name: "model", operands: "check [FILE]",
    summary:
      "Tells what an ONNX model and its card lack, tries it on a synthetic frame and draws what it saw.",
    options: [
      Option("--overlay", "FILE", "where the picture goes (default: MODEL.check.png in this folder)"),
      Option("--write-card", nil, "write a card to start from beside the model, where there is none"),
      Option("--threads", "N", "threads for the frame, 64 at most (default: all cores)"),
      Option("--json", nil, "the answer as JSON on standard output"),
    ],
    run: { arguments in try ModelRun(arguments).run() })
}

/// One call of `hinged model check`.
struct ModelRun {
  private let path: String
  private let overlay: String
  private let threads: Int
  private let writesCard: Bool
  private let printsJSON: Bool

  init(_ arguments: Arguments) throws(CommandFailure) {
    guard arguments.operands.first == "check", arguments.operands.count <= 2 else {
      throw .usage("say what to do with a model: hinged model check FILE")
    }
    path = try ModelLocation.resolve(arguments.operands.dropFirst().first)
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    overlay = arguments["--overlay"] ?? "\(name).check.png"
    threads = try arguments.threadsOfFrame()
    writesCard = arguments.has("--write-card")
    printsJSON = arguments.has("--json")
  }

  func run() throws -> Int32 {
    var check = ModelCheck(path, threads: threads)
    if writesCard, let network = check.network {
      try write(network)
      check = ModelCheck(path, threads: threads)
    }
    let picture = try check.trial.map { try write($0.overlay) }
    print(
      printsJSON ? try check.json(overlay: picture).pretty() : check.text(overlay: picture), terminator: "")
    return check.isUsable ? ExitCode.success : ExitCode.failure
  }

  private func write(_ network: CardCheck.Network) throws {
    let file = ModelCard.path(ofModel: path)
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(ModelCard(startingFrom: network, name: name)) + Data("\n".utf8)
    do { try data.write(to: URL(fileURLWithPath: file), options: .withoutOverwriting) } catch {
      throw CommandFailure(
        code: ExitCode.failure,
        sentence: "\(file): there is a card already, or the folder cannot be written; leave out --write-card")
    }
  }

  private func write(_ png: [UInt8]) throws -> String {
    do { try Data(png).write(to: URL(fileURLWithPath: overlay)) } catch {
      throw CommandFailure(
        code: ExitCode.temporary,
        sentence: "\(overlay): the picture cannot be written; name another place with --overlay FILE")
    }
    return overlay
  }
}
