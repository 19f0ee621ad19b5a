import Foundation
import TestSupport
import Testing

@testable import Clips
@testable import Platform
@testable import Reports
@testable import Study

private let canRead = ["pdftotext", "pdftoppm", "mutool"].allSatisfy(Tool.isInstalled)

/// The printed report: read by poppler and mupdf, which know nothing of each other.
@Suite struct PDFReportTests {
  private static let attributes = SampleReport.sources[0].attributes

  private func study(_ clips: [ClipReport], surface: Double? = nil) throws -> StudyReport {
    var report = SampleReport.study
    report.clips = clips
    report.study.bodySurfaceArea = surface
    report.studyMeasurements = StudyMeasures.measurements(of: clips, bodySurfaceArea: surface)
    return try report.recorded()
  }

  private func pictures(_ uids: String...) throws -> HTMLReport.Overlays {
    var overlays = HTMLReport.Overlays()
    for uid in uids {
      for phase in CyclePhase.allCases {
        var canvas = Canvas(width: 640, height: 480, colour: Colour(0x12_1519))
        canvas.ring(at: .init(x: 320, y: 240), radius: 90, width: 6, colour: Colour(0xF7_E84B))
        overlays[uid, phase] =
          phase == .endDiastole ? try JPEGEncoder.encode(canvas) : PNGEncoder.encode(canvas)
      }
    }
    return overlays
  }

  private func pdf(
    _ report: StudyReport, _ attributes: [String: String] = attributes,
    _ pictures: HTMLReport.Overlays = .init()
  ) -> [UInt8] {
    PDFReport.render(
      report: report, attributes: attributes, patient: PatientFacts(attributes), pictures: pictures,
      time: SampleReport.contentTime)
  }

  /// What both programs read, with single spaces between words.
  private func texts(_ pdf: [UInt8]) throws -> [String] {
    try withTemporaryFolder { folder in
      let file = folder + "/report.pdf"
      try Data(pdf).write(to: URL(fileURLWithPath: file))
      return try [
        Tool.output("pdftotext", ["-layout", file, "-"]), Tool.output("mutool", ["draw", "-F", "txt", file]),
      ]
      .map { $0.split { $0.isWhitespace }.joined(separator: " ") }
    }
  }

  private var bothViews: [ClipReport] {
    [MeasureSamples.clip(.a4c, uid: "1.1"), MeasureSamples.clip(.a2c, uid: "1.2")]
  }

  @Test(.enabled(if: canRead, "needs poppler-utils and mupdf-tools"))
  func bothReadersFindEveryNumberTheIdentityAndTheDisclaimer() throws {
    let report = try study(bothViews, surface: 1.9)
    for text in try texts(pdf(report)) {
      for measure in report.reported {
        let number = "\(Decimal.text(measure.value ?? 0, 1)) \(UnitText.of(measure.unit))"
        #expect(text.contains("\(measure.name) \(number)"), "\(measure.name)")
      }
      for part in [
        StructuredReport.disclaimer, "Synthétique, Étude", "SYNTHETIC-1", "1970-01-01", "2025-01-02 10:11",
        "A1",
        SampleReport.studyUID, "page 1 of 1", "1.90 m²",
      ] {
        #expect(text.contains(part), "\(part)")
      }
      #expect(!text.contains("Error") && !text.contains("error:"))
    }
  }

  @Test(.enabled(if: canRead, "needs poppler-utils and mupdf-tools"))
  func saysWhatIsWithheldAndWhy() throws {
    let report = try study([MeasureSamples.clip(.apical), SampleReport.excluded])
    for text in try texts(pdf(report)) {
      for cause in WithheldCause.all(in: report) {
        #expect(text.contains(cause.sentence), "\(cause.sentence)")
      }
      #expect(text.contains("MAPSE septal, MAPSE lateral") && text.contains("withheld, see below"))
    }
  }

  @Test(
    .enabled(if: canRead, "needs poppler-utils and mupdf-tools"),
    arguments: [
      ("Dvořák^Jiří", "Dvořák, Jiří"), ("Yamada^Tarou=山田^太郎", "Yamada, Tarou"),
      ("山田^太郎", "not printed here: it needs other characters"), ("Đặng^Ấn", "Đặng, Ấn"),
    ])
  func aNameIsRightOrNotThere(name: String, printed: String) throws {
    let report = try study(bothViews)
    let texts = try texts(pdf(report, Self.attributes.merging(["PatientName": name]) { $1 }))
    // Only poppler reads the spelling beside glyphs that are put together.
    #expect(texts[0].contains(printed), "\(printed)")
    for text in texts { #expect(!text.contains("山") && !text.contains("?")) }
  }

  @Test(.enabled(if: canRead, "needs poppler-utils and mupdf-tools"))
  func marksWhatIsUnusualForThePatient() throws {
    var report = try study(bothViews)
    let name = "LV ejection fraction biplane"
    let place = try #require(report.studyMeasurements.firstIndex { $0.name == name })
    report.studyMeasurements[place].value = 53
    let woman = try texts(pdf(report, ["PatientSex": "F"]))
    let man = try texts(pdf(report, ["PatientSex": "M"]))
    let child = try texts(pdf(report, ["PatientSex": "F", "PatientAge": "009Y"]))
    for text in woman {
      #expect(text.contains("below the usual range of women") && text.contains("53.0 % L"))
    }
    for text in man { #expect(!text.contains("usual range of") && text.contains("53.0 % 52–72")) }
    for text in child { #expect(!text.contains("below the usual range") && !text.contains("54–74")) }
  }

  @Test(.enabled(if: canRead, "needs poppler-utils and mupdf-tools"))
  func picturesAreDrawnFromBothKindsOfFiles() throws {
    let file = pdf(try study(bothViews), Self.attributes, try pictures("1.1", "1.2"))
    try withTemporaryFolder { folder in
      try Data(file).write(to: URL(fileURLWithPath: folder + "/report.pdf"))
      let list = try Tool.output("pdfimages", ["-list", folder + "/report.pdf"])
      #expect(list.components(separatedBy: " 640   480 ").count == 5, "\(list)")
      let said = try Tool.output(
        "mutool", ["draw", "-r", "50", "-o", folder + "/page.png", folder + "/report.pdf"])
      #expect(
        !said.replacing("warning: ICC support is not available", with: "").contains("warning")
          && !said.contains("error"), "\(said)")
      let poppler = try Tool.output(
        "pdftoppm", ["-r", "50", "-png", folder + "/report.pdf", folder + "/poppler"])
      #expect(poppler.isEmpty, "\(poppler)")
    }
  }

  @Test func longStudiesGoOnNextPagesAndNothingIsLost() throws {
    let clips = (1...12).map { MeasureSamples.clip(.a4c, uid: "1.\($0)") }
    let uids = clips.map(\.sopInstanceUID)
    var overlays = HTMLReport.Overlays()
    for uid in uids { overlays[uid, .endDiastole] = try pictures("x")["x", .endDiastole] }
    let file = pdf(try study(clips), Self.attributes, overlays)
    let text = String(decoding: file.filter { $0 < 128 }, as: UTF8.self)
    #expect(text.contains("/Count 2 ") || text.contains("/Count 3 "))
    #expect(text.components(separatedBy: "/Subtype /Image").count == 13)
  }

  @Test func theSameStudyGivesTheSameBytes() throws {
    let report = try study(bothViews)
    #expect(
      try pdf(report, Self.attributes, pictures("1.1")) == pdf(report, Self.attributes, pictures("1.1")))
  }

  @Test(arguments: [[], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xC0, 0], [0x89, 0x50, 0x4E, 0x47]] as [[UInt8]])
  func brokenPicturesAreNone(file: [UInt8]) { #expect(PDFPicture(file) == nil) }

  @Test func theEncapsulatedDocumentIsTheFile() throws {
    let report = try study(bothViews)
    let file = pdf(report)
    let document = StudyDocument(
      report: report, sources: SampleReport.sources, uids: SampleReport.uids,
      contentTime: SampleReport.contentTime)
    let object = try EncapsulatedPDF.encode(file, of: document)
    try withTemporaryFolder { folder in
      let path = folder + "/report.pdf.dcm"
      try Data(object).write(to: URL(fileURLWithPath: path))
      if Tool.isInstalled("dciodvfy") {
        let complaints = try Tool.output("dciodvfy", ["-new", path]).split(separator: "\n")
          .filter { $0.hasPrefix("Error") || $0.hasPrefix("Warning") }
        #expect(complaints.isEmpty, "\(complaints)")
      }
      if Tool.isInstalled("dcm2pdf") {
        _ = try Tool.output("dcm2pdf", [path, folder + "/back.pdf"])
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: folder + "/back.pdf")).prefix(file.count) == Data(file))
      }
      if Neighbour.isPresent {
        let run = try Neighbour.run("read_pdf.py", [path])
        #expect(run.status == 0, "\(run.errors)")
      }
    }
  }
}
