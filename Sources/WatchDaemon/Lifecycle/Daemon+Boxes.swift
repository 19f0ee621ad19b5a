import Platform
import Spool

/// Archives: from a claim to the files in it, and back to the claim when each of them has its end.
extension Daemon {
  /// Claims the archives that stand still, each on its own.
  func claimBoxes() {
    for file in intake.boxes() { claim(plan.box(file, id: 0)) }
  }

  /// Takes a claimed archive apart, or goes on with one that was.
  func open(_ id: Int) {
    boxes.open(id, minFreeBytes: configuration.minFreeMegabytes << 20) { [weak self] outcome in
      self?.control.async { [weak self] in self?.wasOpened(outcome) }
    }
  }

  private func wasOpened(_ outcome: BoxDesk.Outcome) {
    switch outcome {
    case .refused(let id): claims.finish(id) { [weak self] in self?.tell(.settled($0)) }
    case .unpacked(let id, let source, let box):
      parts.log.info("archive taken apart", ["claim": "c\(id)", "files": "\(box.files.count)"])
      intake.add(waitingFiles(of: box, claim: id, source: source))
      closeBoxes()
    }
  }

  /// What no claim has taken yet.
  private func waitingFiles(of box: UnpackedBox, claim id: Int, source: String) -> [Intake.Unpacked] {
    box.files.compactMap { file in
      let boxed = BoxedFile(claim: id, index: file.index)
      guard (try? Files.exists(spool.unpackedFile(boxed), .spool)) == true else { return nil }
      let path = SourcePath.unpacked(id, source: source, name: file.name)
      return Intake.Unpacked(
        file: ScanReport.File(path: path, stamp: file.stamp, box: boxed), sha256: file.sha256, end: file.end)
    }
  }

  /// Brings archives to their end in which no file is left without one.
  func closeBoxes() {
    for id in store.read({ $0.openBoxes }) {
      boxes.close(id) { [weak self] in
        guard let self else { return }
        claims.finish(id) { [weak self] in self?.tell(.settled($0)) }
      }
    }
  }
}
