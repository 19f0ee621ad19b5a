import Platform
import Study

/// Which studies are of one patient, and which result of a study is its latest: what the page of a study asks for when it
/// is opened, for it is never written anew.
///
/// There are 4096 drawers, a file each, so that one more result writes two small files however many there are. A study has
/// a line in the drawer of its UID, with its latest revision and its patient's name by `PatientKey`. In the drawer of that
/// name lies the study's row. All of it follows from the rows: a drawer that tells something else, or is damaged, is made
/// anew from them.
struct PatientDrawers: Sendable {
  /// Of the lines that each drawer has; `nil` for one that is damaged.
  private var sums: [UInt64?]

  private static let count = 4096
  private static let call = "hinged.drawer("
  /// Studies of one patient that a drawer keeps: those that came last.
  static let mostStudies = 50
  /// Drawers that are made anew at a time, so that their rows are not in memory all at once.
  private static let slice = 1024

  /// As they stand in an outbox.
  init(_ outbox: String) throws(FileError) {
    sums = Array(repeating: 0, count: Self.count)
    let there = try Set(Files.names(in: outbox + "/" + IndexData.folderName, .outbox))
    for drawer in sums.indices where there.contains(Self.name(of: drawer)) {
      sums[drawer] = try Self.lines(of: drawer, in: outbox).map(Self.sum)
    }
  }

  // MARK: Names and lines

  static func name(of drawer: Int) -> String {
    let digits = String(drawer, radix: 16)
    return "p-" + String(repeating: "0", count: 3 - digits.count) + digits + ".js"
  }

  static func isName(_ name: String) -> Bool {
    Int(name.dropFirst(2).prefix(3), radix: 16).map { Self.name(of: $0) == name } ?? false
  }

  private static func path(_ drawer: Int, in outbox: String) -> String {
    outbox + "/" + IndexData.folderName + "/" + name(of: drawer)
  }

  /// The page's script reckons the same.
  static func drawer(ofStudy uid: String) -> Int { Int(StableHash.of(uid) % UInt64(count)) }

  private static func drawer(ofPatient name: String) -> Int { Int(name.prefix(3), radix: 16) ?? 0 }

  private static func studyLine(of row: IndexRow) -> String {
    "[\"\(row.study)\",\(row.revision),\"\(row.patient ?? "")\"]"
  }

  /// The patient that a study's line names; `nil` where it is the line of something else.
  private static func patient(in line: Substring) -> Substring? {
    let parts = line.split(separator: ",")
    guard parts.count == 3 else { return nil }
    return parts[2].dropFirst().dropLast(2)
  }

  private static func isOf(_ study: String, _ line: Substring) -> Bool { line.hasPrefix("[\"\(study)\",") }

  private static func sum(_ lines: [Substring]) -> UInt64 {
    lines.reduce(0) { $0 &+ StableHash.of(String($1)) }
  }

  /// - Returns: `nil` for a file that is not whole; none where there is no file.
  private static func lines(of drawer: Int, in outbox: String) throws(FileError) -> [Substring]? {
    let path = path(drawer, in: outbox)
    guard try Files.exists(path, .outbox) else { return [] }
    let script = String(decoding: try Files.read(path, .outbox), as: UTF8.self)
    return ScriptLines.isWhole(script, call) ? ScriptLines.lines(in: script) : nil
  }

  private mutating func write(
    _ lines: [Substring], to drawer: Int, in outbox: String, _ mode: OutboxMode
  ) throws(FileError) {
    sums[drawer] = nil
    let script = ScriptLines.script(Self.call, lines.map(String.init))
    try AtomicFile.write(
      Array(script.utf8), to: Self.path(drawer, in: outbox), mode: mode.files, durable: false, .outbox)
    sums[drawer] = Self.sum(lines)
  }

  // MARK: One more result

  /// Puts the row of a study's latest result in the place of the one before.
  mutating func add(_ row: IndexRow, in outbox: String, _ mode: OutboxMode) throws(FileError) {
    let home = Self.drawer(ofStudy: row.study)
    var drawers: [Int: [Substring]] = [:]
    func open(_ drawer: Int) throws(FileError) -> [Substring] {
      if let lines = drawers[drawer] { return lines }
      return try Self.lines(of: drawer, in: outbox) ?? []
    }
    let before = try open(home)
    drawers[home] = before.filter { !Self.isOf(row.study, $0) || Self.patient(in: $0) == nil }
    drawers[home]?.append(Substring(Self.studyLine(of: row)))
    let known = before.first { Self.isOf(row.study, $0) && Self.patient(in: $0) != nil }
    let names = [known.flatMap { Self.patient(in: $0) }.map(String.init), row.patient].compactMap(\.self)
    for name in Set(names) where PatientKey.isName(name) {
      let drawer = Self.drawer(ofPatient: name)
      var lines = try open(drawer).filter { !Self.isOf(row.study, $0) || Self.patient(in: $0) != nil }
      if name == row.patient {
        lines.append(Substring(row.text))
        let own = lines.indices.filter {
          lines[$0].hasSuffix(",\"\(name)\"]") && Self.patient(in: lines[$0]) == nil
        }
        for index in own.dropLast(Self.mostStudies).reversed() { lines.remove(at: index) }
      }
      drawers[drawer] = lines
    }
    for (drawer, lines) in drawers { try write(lines, to: drawer, in: outbox, mode) }
  }

  // MARK: All of it

  /// Makes the drawers anew that do not tell what the rows tell.
  mutating func bringUpToDate(with data: IndexData, in outbox: String, _ mode: OutboxMode) throws {
    var studies: [String: Int] = [:]
    try data.forEachRow(in: outbox) { row in
      if let name = row.patient, !name.isEmpty { studies[name, default: 0] += 1 }
    }
    let surplus = studies.compactMapValues { $0 > Self.mostStudies ? $0 - Self.mostStudies : nil }
    var wanted = [UInt64](repeating: 0, count: Self.count)
    try Self.forEachLine(data, in: outbox, surplus) { drawer, line in
      wanted[drawer] &+= StableHash.of(line)
    }
    let stale = wanted.indices.filter { sums[$0] != wanted[$0] }
    for start in stride(from: 0, to: stale.count, by: Self.slice) {
      var lines = Dictionary(
        uniqueKeysWithValues: stale[start..<min(start + Self.slice, stale.count)].map { ($0, [Substring]()) })
      try Self.forEachLine(data, in: outbox, surplus) { drawer, line in
        lines[drawer]?.append(Substring(line))
      }
      for (drawer, lines) in lines { try write(lines, to: drawer, in: outbox, mode) }
    }
  }

  /// - Parameter surplus: How many of a patient's first rows are left out.
  private static func forEachLine(
    _ data: IndexData, in outbox: String, _ surplus: [String: Int], _ body: (Int, String) -> Void
  ) throws {
    var surplus = surplus
    try data.forEachRow(in: outbox) { row in
      body(drawer(ofStudy: row.study), studyLine(of: row))
      guard let name = row.patient, !name.isEmpty else { return }
      if let left = surplus[name], left > 0 {
        surplus[name] = left - 1
      } else {
        body(drawer(ofPatient: name), row.text)
      }
    }
  }
}
