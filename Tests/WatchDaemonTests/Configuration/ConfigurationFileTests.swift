import Testing

@testable import Clips
@testable import Study
@testable import WatchDaemon

@Suite struct ConfigurationFileTests {
  private let folders = "inbox = /in\noutbox = /out\nspool = /spool\n"

  private func faults(_ text: String) -> [ConfigurationError.Fault] { ConfigurationFile(text).faults }

  @Test func threeFoldersAreEnoughAndTheRestIsTheContract() throws {
    let value = try ConfigurationFile.parse(folders, name: "f")
    #expect(value == Configuration(inbox: "/in", outbox: "/out", spool: "/spool"))
    #expect(value.quietSeconds == 60 && value.limitSeconds == 900 && value.scanSeconds == 5)
    #expect(value.intake == .move && value.memoryMegabytes == 2048 && value.minFreeMegabytes == 2048)
    #expect(value.outputs == Configuration.Output.standard && value.keepDoneDays == nil)
  }

  @Test func whereNoDaemonRunsNoFolderIsNeededAndOtherFaultsStay() throws {
    let value = try ConfigurationFile.parse("threads = 2\n", name: "f", needsPlaces: false)
    #expect(value.threads == 2 && value.inbox.isEmpty)
    #expect(throws: ConfigurationError.self) {
      try ConfigurationFile.parse("thread = 2\n", name: "f", needsPlaces: false)
    }
    #expect(throws: ConfigurationError.self) { try ConfigurationFile.parse("threads = 2\n", name: "f") }
  }

  @Test func aFileOfAnotherSystemsEditorSaysTheSame() throws {
    let text = "# places\n" + folders + "threads = 2 # two\nkeep_done_days = 3\n"
    let value = try ConfigurationFile.parse(text, name: "f")
    #expect(value.threads == 2 && value.keepDoneDays == 3)
    let foreign = "\u{FEFF}" + text.replacing("\n", with: "\r\n")
    #expect(try ConfigurationFile.parse(foreign, name: "f") == value)
    #expect(try ConfigurationFile.parse(text.replacing("two\n", with: "two\r\n"), name: "f") == value)
    #expect(faults(foreign + "nonsense\r\n").map(\.line) == [7])
  }

  @Test func everyKeyIsTaken() throws {
    let value = try ConfigurationFile.parse(
      """
      inbox = /in/   # where
      outbox=/out
        spool = /sp ool
      intake = leave
      quiet_seconds = 1.5
      limit_seconds = 10
      scan_seconds = 0.5
      width = 3
      backlog = 0
      threads = 2
      memory_mb = 100
      min_free_mb = 0
      view = A4C if SeriesDescription ~ "4 ?ch # not a comment"
      view = other if file ~ "^stress/"
      model = /m.onnx
      precision = int8
      sr = comprehensive3d
      outputs = sr, png
      seg_frames = ed-es
      seg_transfer = deflated
      overlay_quality = 90
      outbox_mode = 0644
      index_identity = yes
      keep_done_days = 30
      metrics = /m.prom
      on_published = /bin/true
      drain_seconds = 3
      stage_seconds = 60
      attempts = 2
      """, name: "f")
    #expect(value.inbox == "/in" && value.spool == "/sp ool" && value.intake == .leave)
    #expect(value.viewRules.count == 2 && value.viewRules[0].pattern == "4 ?ch # not a comment")
    #expect(value.outputs == [.sr, .png] && value.keepDoneDays == 30 && value.backlog == 0)
    #expect(value.segmentFrames == .edES && value.segmentTransfer == .deflated && value.overlayQuality == 90)
    #expect(value.showsIdentity)
    #expect(value.outboxMode.files == 0o644 && value.outboxMode.folders == 0o755)
    #expect(value.quietSeconds == 1.5 && value.precision == .int8 && value.report == .comprehensive3d)
  }

  @Test(arguments: ["/", "///"]) func theRootFolderIsNoPlaceForResults(_ path: String) {
    let text = "inbox = /in\noutbox = \(path)\nspool = /sp\n"
    let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile.parse(text, name: "f") }
    #expect(error?.description.contains("line 2: outbox: '\(path)' is the root folder") == true)
  }

  @Test func allFaultsAreToldAtOnceWithLineKeyAndRemedy() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile.parse(
        "inbox = in\noutbx = /out\nquiet_seconds = soon\nquiet_seconds = 3\nnonsense\nwidth =\n",
        name: "h.conf")
    }
    #expect(error?.faults.map(\.line) == [1, 2, 3, 4, 5, 6, nil, nil])
    let text = error?.description ?? ""
    #expect(text.contains("h.conf: line 1: inbox: 'in' is no absolute path; begin it with /"))
    #expect(text.contains("h.conf: line 2: outbx: is no key; did you mean outbox?"))
    #expect(text.contains("line 4: quiet_seconds: is set on line 3 already"))
    #expect(text.contains("spool: is missing; add: spool = /absolute/path"))
  }

  @Test(arguments: [
    "width = 0", "threads = -1", "quiet_seconds = nan", "scan_seconds = 0", "intake = copy",
    "precision = fp8",
    "outputs = sr, xls", "keep_done_days = ever", "sr = basic", "seg_frames = none",
    "seg_transfer = zip", "overlay_quality = 0", "memory_mb = 1", "limit_seconds = 30",
    "model = model.onnx", "view = A6C if file ~ \"x\"", "view = A4C if file ~ \"(\"",
    "view = A4C if file ~ x",
    "view = A4C when file ~ \"x\"", "view = A4C if Series/Description ~ \"x\"", "spool = /other",
    "outbox_mode = 0400", "outbox_mode = 755", "outbox_mode = 04640", "outbox_mode = rw-r-----",
    "index_identity = true",
  ])
  func badValueIsAFault(_ line: String) { #expect(faults(folders + line).count == 1) }

  @Test func foldersWithinOneAnotherAreRefused() {
    #expect(faults("inbox = /a\noutbox = /a/b\nspool = /c").map(\.key) == ["outbox"])
    #expect(faults("inbox = /a\noutbox = /ab\nspool = /c").isEmpty)
    #expect(faults("inbox = /a\noutbox = /b\nspool = /b").map(\.key) == ["spool"])
  }

  @Test func widthAndThreadsShareTheCores() {
    var value = Configuration(inbox: "/in", outbox: "/out", spool: "/spool")
    #expect(value.effectiveWidth(cores: 8) == 1 && value.effectiveThreads(cores: 8) == 8)
    value.threads = 2
    #expect(value.effectiveWidth(cores: 8) == 4 && value.effectiveBacklog(cores: 8) == 16)
    value.threads = 99
    #expect(value.effectiveThreads(cores: 8) == 8)
  }

  @Test func firstRuleThatHoldsStatesTheView() throws {
    let value = try ConfigurationFile.parse(
      folders + "view = A4C if SeriesDescription ~ \"4 ?ch\"\nview = A2C if file ~ \"2ch\"\n", name: "f")
    #expect(value.view(texts: ["SeriesDescription": "Apical 4CH"], file: "2ch/a") == .a4c)
    #expect(value.view(texts: ["SeriesDescription": "PLAX"], file: "x/2CH/a") == .a2c)
    #expect(value.view(texts: [:], file: "x") == nil)
  }

  @Test(arguments: Configuration.PictureViewPolicy.allCases)
  func theViewFromThePictureIsASettingThatResultsDependOn(policy: Configuration.PictureViewPolicy) throws {
    let value = try ConfigurationFile.parse(folders + "view_from_picture = \(policy.rawValue)\n", name: "f")
    #expect(value.viewFromPicture == policy)
    func digest(_ configuration: Configuration?) -> String {
      AnalysisSettings(configuration: configuration, operatorView: nil, threads: 1, namesFiles: false).digest
    }
    #expect((digest(value) == digest(nil)) == (policy == .claim), "claim is the default")
  }

  @Test func rulesStateEveryViewByName() throws {
    let lines = EchoView.stateable.map { "view = \($0.rawValue) if file ~ \"\($0.rawValue)\"" }
    let value = try ConfigurationFile.parse(folders + lines.joined(separator: "\n") + "\n", name: "f")
    #expect(value.viewRules.map(\.view) == EchoView.stateable)
  }
}
