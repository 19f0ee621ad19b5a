import TestSupport
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports
@testable import Spool
@testable import Study
@testable import WatchDaemon

@Suite struct StudyGroupingTests {
  private func file(
    _ path: String, study: String? = "1.2.3", instance: String? = "1.2.3.1", sha: String = "aa",
    patient: ClipHeader.Identity = .init(patientID: "P1", patientName: "DOE^JANE")
  ) -> AssessedFile {
    AssessedFile(
      path: path, sha256: sha, header: .success(.example(study: study, instance: instance, patient)))
  }

  @Test func filesGoByTheirStudyWhateverTheFolder() {
    let grouping = StudyGrouping.group([
      file("b/1", study: "1.2.4", instance: "1.1", sha: "1"), file("a/1", instance: "1.3", sha: "2"),
      file("a/2", study: "1.2.4", instance: "1.2", sha: "3"), file("c/9", instance: "1.4", sha: "4"),
    ])
    #expect(grouping.studies.map(\.uid) == ["1.2.3", "1.2.4"])
    #expect(grouping.studies.map { $0.files.map(\.path) } == [["a/1", "c/9"], ["b/1", "a/2"]])
  }

  @Test func orderOfFilesDoesNotMatter() {
    let files = [
      file("a", instance: "1.1", sha: "1"), file("b", instance: "1.2", sha: "2"),
      file("c", instance: "1.1", sha: "1"),
      file("d", instance: "1.2", sha: "3"), file("e", study: nil),
    ]
    let grouping = StudyGrouping.group(files)
    for order in files.permutations { #expect(StudyGrouping.group(order) == grouping) }
  }

  @Test func equalCopyIsADuplicate() {
    let study = StudyGrouping.group([file("b"), file("a")]).studies[0]
    #expect(study.files.map(\.path) == ["a"])
    #expect(study.duplicates.map(\.path) == ["b"])
  }

  @Test func contentsOfOneInstanceAreLeftToTheirPixelsTheLatestLast() {
    var files = [
      file("a", sha: "1"), file("b", sha: "2"), file("c", instance: "1.9"), file("d", sha: "1"),
      file("e", sha: "3"),
    ]
    for (index, time) in [(0, 5), (1, 9), (4, 7)] { files[index].modified = Int64(time) }
    let study = StudyGrouping.group(files).studies[0]
    #expect(study.files.map(\.path) == ["c"])
    #expect(study.differing.map(\.path) == ["a", "e", "b"])
    #expect(study.duplicates.map(\.path) == ["d"])
  }

  @Test func filesThatDisagreeOnThePatientAreHeld() {
    let other = ClipHeader.Identity(patientID: "P2", patientName: "DOE^JANE")
    let study = StudyGrouping.group([file("a"), file("b", instance: "1.9", patient: other)]).studies[0]
    #expect(study.isHeld && study.disagreements == [.patientID])
  }

  @Test func fileWithoutAValidUIDIsQuarantined() {
    let grouping = StudyGrouping.group([
      file("a", study: "../x"), file("b", study: nil), file("c", instance: "x"),
    ])
    #expect(grouping.studies.isEmpty)
    #expect(grouping.loose.map(\.state) == [.quarantined, .quarantined, .quarantined])
    #expect(grouping.loose.allSatisfy { $0.reason == .invalidUID })
  }

  @Test(arguments: [
    (ReasonCode.notDICOM, StudyReport.Input.State.ignored), (.truncated, .quarantined),
    (.corrupt, .quarantined),
    (.unreadable, .quarantined), (.decoderCrashed, .quarantined),
  ])
  func faultDecidesTheEnd(_ reason: ReasonCode, _ state: StudyReport.Input.State) {
    let fault = ClipReadError(reason: reason, detail: "A sentence.")
    let grouping = StudyGrouping.group([(path: "a", sha256: "1", header: .failure(fault))])
    #expect(grouping.loose.map(\.state) == [state])
  }

  @Test(arguments: [ReasonCode.truncated, .corrupt])
  func parsersWordsAreNotToldAndTheStatedStudyIs(_ reason: ReasonCode) {
    let fault = ClipReadError(
      reason: reason, detail: "The file cannot be parsed: I/O suspension.", study: "1.2.3")
    let loose = StudyGrouping.group([(path: "a", sha256: "1", header: .failure(fault))]).loose
    #expect(loose.map(\.detail) == [ReasonText.whole(reason)])
    #expect(loose.map(\.file.statedStudy) == ["1.2.3"])
    #expect(loose.map { FileEnd($0).studyInstanceUID } == ["1.2.3"])
  }

  @Test func studyOfAnObjectWithoutAnInstanceIsStatedAndOneThatIsNoUIDIsNot() {
    let grouping = StudyGrouping.group([file("a", instance: nil), file("b", study: "../x"), file("c")])
    #expect(grouping.loose.map(\.file.statedStudy) == ["1.2.3", nil])
    #expect(grouping.studies[0].files.map(\.statedStudy) == [nil])
  }

  @Test func dicomdirIsIgnored() {
    var header = ClipHeader.example(study: nil, instance: nil)
    header.sopClassUID = "1.2.840.10008.1.3.10"
    let grouping = StudyGrouping.group([(path: "DICOMDIR", sha256: "1", header: .success(header))])
    #expect(grouping.loose.map(\.reason) == [.notAnImage])
  }

  @Test(arguments: [("SR", true), ("SEG", true), ("OT", true), ("US", false)])
  func aResultThatComesBackBelongsToNoStudy(_ modality: String, _ isResult: Bool) {
    var header = ClipHeader.example(study: "1.2", instance: "1.3")
    header.modality = modality
    header.texts = ["Manufacturer": "hinged", "ManufacturerModelName": "hinged"]
    let own = StudyGrouping.group([(path: "a", sha256: "1", header: .success(header))])
    #expect(own.loose.map(\.reason) == (isResult ? [.ownResult] : []))
    header.texts["ManufacturerModelName"] = "another"
    let foreign = StudyGrouping.group([(path: "a", sha256: "1", header: .success(header))])
    #expect(foreign.loose.isEmpty && foreign.studies.count == 1)
  }

  @Test func memoryOfAbsurdHeadersDoesNotOverflow() {
    var header = ClipHeader.example(study: "1.2", instance: "1.3")
    (header.rows, header.columns, header.frames) = (Int.max, Int.max, Int.max)
    #expect(MemoryEstimate.bytes(for: header) == Int.max)
  }

  /// What 500 frames of 768 x 1024 were seen to take, with all processes: some 200 MB.
  @Test func memoryOfALongLoopIsNotThatOfItsFrames() {
    var header = ClipHeader.example(study: "1.2", instance: "1.3")
    header.hasPixelData = true
    (header.rows, header.columns, header.frames, header.samplesPerPixel) = (768, 1024, 500, 3)
    let bytes = MemoryEstimate.bytes(for: header)
    #expect((160_000_000...260_000_000).contains(bytes), "\(bytes)")
  }
}

extension ClipHeader {
  static func example(study: String?, instance: String?, _ identity: Identity = .init()) -> ClipHeader {
    ClipHeader(
      sopClassUID: "1.2.840.10008.5.1.4.1.1.3.1", sopInstanceUID: instance, studyInstanceUID: study,
      seriesInstanceUID: "1.2.9", modality: "US", transferSyntaxUID: "1.2.840.10008.1.2.1",
      identity: identity,
      rows: 60, columns: 80, frames: 20, samplesPerPixel: 1, bitsAllocated: 8, bitsStored: 8,
      photometricInterpretation: "MONOCHROME2", hasPixelData: true, frameTime: 33, frameTimeVector: [],
      rWaveTimes: [], heartRate: nil, regions: [], pixelSpacing: nil, colourDataPresent: nil, lossy: false,
      texts: [:])
  }
}
