import Foundation
import TestSupport
import Testing

@testable import Platform
@testable import Spool
@testable import Study

/// What pages of studies ask for: the latest result of a study, and the studies of its patient.
@Suite struct PatientDrawersTests: OutboxSuite {
  private static let key = PatientKey(KeyedHash(key: (1...16).map { $0 }))
  private static let other = PatientKey(KeyedHash(key: (2...17).map { $0 }))

  private func index(_ key: PatientKey? = Self.key, smallOutbox: Int = 500) -> OutboxIndex {
    var form = OutboxIndex.Form()
    form.key = key
    return OutboxIndex(form, smallOutbox: smallOutbox)
  }

  private func patient(_ id: String) -> [(UInt32, String, String)] {
    [
      (DICOMStart.patientName, "PN", "Doe^Jane"), (DICOMStart.patientID, "LO", id),
      (DICOMStart.patientBirthDate, "DA", "19500102"),
    ]
  }

  private func name(_ id: String, born: String = "19500102", by key: PatientKey = Self.key) -> String {
    key.name(id: id, issuer: nil, birthDate: born)
  }

  /// The lines of all drawers, by the drawer's file.
  private func drawers(_ outbox: String) throws -> [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for name in try Files.names(in: outbox + "/index-data", .outbox) where PatientDrawers.isName(name) {
      let script = try text("index-data/" + name, in: outbox)
      #expect(ScriptLines.isWhole(script, "hinged.drawer("))
      let lines = ScriptLines.lines(in: script).map(String.init)
      #expect(Set(lines).count == lines.count)
      if !lines.isEmpty { found[name] = Set(lines) }
    }
    return found
  }

  /// Folders of a patient's studies, in the drawer's order.
  private func studies(of name: String, _ outbox: String) throws -> [String] {
    let path = outbox + "/index-data/p-\(name.prefix(3)).js"
    guard try Files.exists(path, .outbox) else { return [] }
    let script = String(decoding: try Files.read(path, .outbox), as: UTF8.self)
    return ScriptLines.lines(in: script).compactMap { IndexRow(text: String($0)) }
      .filter { $0.patient == name && $0.text.hasSuffix("unet\",\"\(name)\"]") }.map(\.folder)
  }

  /// What a study's page finds first: its latest revision and its patient.
  private func line(ofStudy uid: String, _ outbox: String) throws -> String? {
    let file = PatientDrawers.name(of: PatientDrawers.drawer(ofStudy: uid))
    return try drawers(outbox)[file]?.first {
      $0.hasPrefix("[\"\(uid)\",") && $0.split(separator: ",").count == 3
    }
  }

  @Test func aPatientHasANameOnlyWhereIDAndDateOfBirthAreStated() {
    #expect(PatientKey.isName(name("4711")) && name("4711") == name(" 4711 ", born: "1950.01.02"))
    for (id, born) in [("4712", "19500102"), ("4711", "19500103")] {
      #expect(name(id, born: born) != name("4711"))
    }
    #expect(Self.key.name(id: "4711", issuer: "A", birthDate: "19500102") != name("4711"))
    #expect(name("4711", by: Self.other) != name("4711") && Self.other.fingerprint != Self.key.fingerprint)
    for (id, born) in [("", "19500102"), ("  ", "19500102"), ("4711", ""), ("4711", "1950")] {
      #expect(name(id, born: born) == "")
    }
    #expect(Self.key.name(id: nil, issuer: nil, birthDate: nil) == "")
  }

  @Test func studiesOfOnePatientLieTogetherAndNobodyCanTellWhose() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox, saying: patient("4711"))
      try publish(report("1.2.2"), in: outbox, saying: patient("4712"))
      try publish(report("1.2.3"), in: outbox, saying: patient("4711"))
      try publish(report("1.2.4"), in: outbox)
      var index = index()
      try index.update(outbox)
      #expect(try Set(studies(of: name("4711"), outbox)) == ["1.2.1", "1.2.3"])
      #expect(try studies(of: name("4712"), outbox) == ["1.2.2"])
      #expect(try line(ofStudy: "1.2.1", outbox) == "[\"1.2.1\",1,\"\(name("4711"))\"]")
      #expect(try line(ofStudy: "1.2.4", outbox) == "[\"1.2.4\",1,\"\"]")
      for file in try Files.names(in: outbox + "/index-data", .outbox) {
        let text = try text("index-data/" + file, in: outbox)
        for word in ["4711", "4712", "Doe", "Jane", "19500102", "1950-01-02"] {
          #expect(!text.contains(word), "\(file): \(word)")
        }
      }
    }
  }

  private func row(_ number: Int, revision: Int = 1, of patient: String) -> IndexRow {
    var facts = StudyFacts()
    facts.patientName = name(patient)
    let report = report("1.2.\(number)", revision: revision)
    let folder = PublishedRevision.name(study: report.study.uid, number: revision)
    return IndexRow(OutboxEntry(report, folder: folder, published: Int64(number)), facts)
  }

  /// One result after the other leaves what is made of all of them at once.
  @Test func oneMoreResultAtATimeGivesTheSameAsAllAtOnce() throws {
    try withTemporaryFolder { folder in
      let (grown, made) = (folder + "/grown", folder + "/made")
      for outbox in [grown, made] { try Files.makeFolder(outbox + "/index-data", .outbox) }
      var latest: [Int: IndexRow] = [:]
      var drawers = try PatientDrawers(grown)
      for number in 1...40 {
        let study = number % 25 + 1
        // The second result of some studies is another patient's.
        let row = row(
          study, revision: number > 25 ? 2 : 1, of: number > 35 ? "ID 9" : "ID \(study % 7)")
        try drawers.add(row, in: grown, .standard)
        latest[study] = row
      }
      var data = IndexData(form: "x")
      for row in latest.sorted(by: { $0.key < $1.key }).map(\.value) {
        try data.add(row, in: made, .standard)
      }
      try data.write(in: made, .standard, linesBytes: 0, tableBytes: 0)
      var anew = try PatientDrawers(made)
      try anew.bringUpToDate(with: data, in: made, .standard)
      #expect(try self.drawers(grown) == self.drawers(made))
      #expect(try line(ofStudy: "1.2.2", grown)?.hasPrefix("[\"1.2.2\",2,") == true)
      #expect(try studies(of: name("ID 1"), grown) == ["1.2.22", "1.2.1", "1.2.8.r2"])
      #expect(try Set(studies(of: name("ID 9"), grown)) == Set((12...16).map { "1.2.\($0).r2" }))
    }
  }

  @Test func oneMoreResultWritesTheDrawersOfItsStudyAndItsPatient() throws {
    try withTemporaryFolder { outbox in
      for number in 1...60 {
        try publish(report("1.2.\(number)"), in: outbox, saying: patient("\(number)"))
      }
      var index = index(smallOutbox: 0)
      try index.update(outbox)
      let before = try inodes(outbox)
      let folder = try publish(report("1.2.61"), in: outbox, saying: patient("61"))
      try index.update(outbox, published: [folder])
      let changed = try inodes(outbox).filter { before[$0.key] != $0.value }.keys
        .filter(PatientDrawers.isName)
      let own = PatientDrawers.name(of: PatientDrawers.drawer(ofStudy: "1.2.61"))
      #expect(Set(changed) == [own, "p-\(name("61").prefix(3)).js"])
    }
  }

  private func inodes(_ outbox: String) throws -> [String: ino_t] {
    let folder = outbox + "/index-data"
    return try Files.names(in: folder, .outbox).reduce(into: [:]) { files, name in
      files[name] = try Files.examine(folder + "/" + name, .outbox)?.st_ino
    }
  }

  /// A loss of power may leave a file empty, short or full of zeros; a restore may bring an old one back.
  @Test(arguments: [0, 20, -3, 1000])
  func aDrawerThatTellsSomethingElseIsMadeAnew(left: Int) throws {
    try withTemporaryFolder { outbox in
      for number in 1...5 { try publish(report("1.2.\(number)"), in: outbox, saying: patient("4711")) }
      var index = index()
      try index.update(outbox)
      let whole = try drawers(outbox)
      let path = outbox + "/index-data/p-\(name("4711").prefix(3)).js"
      let bytes = try Files.read(path, .outbox)
      let damaged =
        left == 1000
        ? Array("hinged.drawer('[\\\n[\"1.2.9\",1,\"\"]\\\n]')\n".utf8)
        : left == 20 ? [UInt8](repeating: 0, count: bytes.count) : Array(left < 0 ? bytes.dropLast(3) : [])
      try AtomicFile.write(damaged, to: path, .outbox)
      var restarted = self.index()
      try restarted.update(outbox)
      #expect(try drawers(outbox) == whole)
      try Files.remove(path, .outbox)
      var again = self.index()
      try again.update(outbox)
      #expect(try drawers(outbox) == whole)
    }
  }

  @Test func aResultThatIsGoneLeavesTheDrawers() throws {
    try withTemporaryFolder { outbox in
      for number in 1...3 { try publish(report("1.2.\(number)"), in: outbox, saying: patient("4711")) }
      var index = index()
      try index.update(outbox)
      try Files.removeTree(outbox + "/1.2.2", .outbox)
      try index.update(outbox)
      #expect(try Set(studies(of: name("4711"), outbox)) == ["1.2.1", "1.2.3"])
      #expect(try line(ofStudy: "1.2.2", outbox) == nil)
    }
  }

  /// `hinged process` and `hinged correct` know no key: what they publish has its patient when the daemon looks next.
  @Test func whoKnowsNoKeyLeavesWhatIsKnownAndTheDaemonAddsTheRest() throws {
    try withTemporaryFolder { outbox in
      try publish(report("1.2.1"), in: outbox, saying: patient("4711"))
      var daemon = index()
      try daemon.update(outbox)
      try publish(report("1.2.2"), in: outbox, saying: patient("4711"))
      var command = index(nil)
      try command.update(outbox)
      #expect(try studies(of: name("4711"), outbox) == ["1.2.1"])
      #expect(try line(ofStudy: "1.2.2", outbox) == "[\"1.2.2\",1,\"\"]")
      try publish(report("1.2.1", revision: 2), in: outbox, saying: patient("4711"))
      try command.update(outbox)
      #expect(try studies(of: name("4711"), outbox) == ["1.2.1.r2"], "a revision is of the same patient")
      try daemon.update(outbox)
      #expect(try Set(studies(of: name("4711"), outbox)) == ["1.2.1.r2", "1.2.2"])
      var changed = index(Self.other)
      try changed.update(outbox)
      #expect(try studies(of: name("4711"), outbox).isEmpty)
      #expect(try studies(of: name("4711", by: Self.other), outbox).count == 2)
    }
  }

  /// A phantom of quality assurance has thousands of studies.
  @Test func ofOnePatientTheLastFiftyAreKept() throws {
    try withTemporaryFolder { outbox in
      var index = index(smallOutbox: 0)
      for number in 1...30 { try publish(report("1.2.\(number)"), in: outbox, saying: patient("QA")) }
      try index.update(outbox)
      for number in 31...60 {
        let folder = try publish(report("1.2.\(number)"), in: outbox, saying: patient("QA"))
        try index.update(outbox, published: [folder])
      }
      let kept = try drawers(outbox)
      #expect(try studies(of: name("QA"), outbox).count == 50)
      #expect(try studies(of: name("QA"), outbox).last == "1.2.60")
      var restarted = self.index()
      try restarted.update(outbox)
      #expect(try drawers(outbox) == kept)
    }
  }
}
