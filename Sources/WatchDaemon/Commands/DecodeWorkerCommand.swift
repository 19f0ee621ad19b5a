import Clips

extension Command {
  /// The child process in which files are parsed and decoded; started by `CineDecoder` alone.
  static let decodeWorker = Command(
    name: DecodeRequest.command, operands: "", summary: "Decodes one file for its parent process.",
    options: [],
    isHidden: true, run: { _ in decodeWorkerMain() })
}
