import Testing

@testable import Study

@Suite struct DICOMUIDTests {
  @Test(arguments: ["1.2", "1.2.840.10008.1.1", "2.25.329800735698586629295641978511506172918", "1.2.01"])
  func acceptsUIDs(_ uid: String) { #expect(DICOMUID.isValid(uid)) }

  @Test(arguments: [
    "", "1", ".", "..", "1.", ".1", "1..2", "1.2/3", "../etc", "1.2 ", "1.2\n", "1.2.r2", "1.٣", "-1.2",
    "1.2\0", String(repeating: "1.", count: 32) + "1",
  ])
  func refusesWhatIsNoneOrCouldLeadElsewhere(_ uid: String) { #expect(!DICOMUID.isValid(uid)) }
}
