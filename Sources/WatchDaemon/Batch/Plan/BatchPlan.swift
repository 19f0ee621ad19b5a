import Platform

/// The making of a manifest: scan, studies put together, studies in order of their work, written once.
struct BatchPlan {
  let scan: PlanScan

  struct Outcome: Equatable {
    var written: ManifestWriter.Written
    /// Counts by reason code.
    var problems: [String: Int] = [:]
    /// Of problems that took a file or a study away.
    var harmful = 0
  }

  /// - Throws: `CommandFailure` where no study is among the files, or the manifest cannot be written.
  func write(_ walk: PathWalk, to path: String) throws -> Outcome {
    let scratch = try ScratchSpace()
    let found = try scan.read(walk, scratch: scratch)
    let studies = try LineSorter("studies", in: scratch)
    let conflicts = try LineSorter("conflicts", in: scratch)
    try assemble(found.records, studies: studies, conflicts: conflicts)
    var problems: [String: Int] = [:]
    var harmful = 0
    let written = try ManifestWriter.write(to: path, ManifestHeader(version: Software.version)) {
      writer, output in
      let sorted = try studies.sorted()
      while let line = try sorted.next() {
        let text = Self.text(after: 2, in: line.bytes)
        let study = try ManifestReader.study(Array(text.utf8), of: path)
        try writer.add(study: text, files: study.files.count, to: output)
      }
      for source in [try conflicts.sorted(), found.problems] {
        while let line = try source.next() {
          let text = Self.text(after: 1, in: line.bytes)
          let problem = try ManifestReader.problem(Array(text.utf8), of: path)
          problems[problem.problem, default: 0] += 1
          if !problem.isHarmless { harmful += 1 }
          try writer.add(problem: text, to: output)
        }
      }
    }
    return Outcome(written: written, problems: problems, harmful: harmful)
  }

  private func assemble(_ records: LineReader, studies: LineSorter, conflicts: LineSorter) throws {
    var assembly = StudyAssembly()
    func keep(_ assembled: StudyAssembly.Assembled?) throws {
      switch assembled {
      case .study(let study): try studies.add(study.sortingLine)
      case .conflict(let problem): try conflicts.add((problem.study ?? "") + "\t" + problem.line)
      case nil: break
      }
    }
    while let line = try records.next() {
      guard let record = PlanRecord(line: line.bytes) else { continue }
      try keep(assembly.add(record))
    }
    try keep(assembly.finish())
  }

  /// What follows on so many fields that lines were sorted by.
  private static func text(after fields: Int, in line: [UInt8]) -> String {
    let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: fields, omittingEmptySubsequences: false)
    return String(decoding: parts.last ?? [], as: UTF8.self)
  }
}
