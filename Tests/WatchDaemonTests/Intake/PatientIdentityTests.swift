import Testing

@testable import Clips
@testable import Spool

@Suite struct PatientIdentityTests {
  private func disagreements(_ identities: ClipHeader.Identity...) -> [IdentityClaims.Attribute] {
    IdentityClaims(identities).disagreements
  }

  @Test(arguments: [
    ("DOE^JANE", "DOE^JANE^^^ "), ("Doe^Jane", "DOE^JANE^^"), ("DOE^JANE", "DOE^JANE=="), ("DOE^JANE", nil),
    ("DOE^JANE", ""), ("DOE^JANE", " DOE ^ JANE "), ("DOE^JANE\0", "DOE^JANE"), ("doe^jane^^^=", "DOE^JANE"),
    ("M\u{00FC}ller^J", "MU\u{0308}LLER^J"), ("Stra\u{00DF}e^A", "STRASSE^A"),
    ("Yamada^Tarou", "Yamada^Tarou=\u{5C71}\u{7530}^\u{592A}\u{90CE}"),
    ("=\u{5C71}\u{7530}", "Yamada^Tarou=\u{5C71}\u{7530}^"),
    ("A==\u{FF94}\u{FF8F}\u{FF80}\u{FF9E}", "A==\u{30E4}\u{30DE}\u{30C0}"),
  ])
  func namesOfOnePersonAgree(_ first: String, _ second: String?) {
    #expect(disagreements(.init(patientName: first), .init(patientName: second)) == [])
    #expect(disagreements(.init(patientName: second), .init(patientName: first)) == [])
  }

  @Test(arguments: [
    ("DOE^JANE", "DOE^JOAN"), ("DOE^JANE", "DOE"), ("DOE^JANE", "DOEJANE"), ("DOE^JANE", "JANE^DOE"),
    ("DOE^^JANE", "DOE^JANE"), ("A=\u{5C71}", "A=\u{7530}"), ("M\u{00FC}ller", "Muller"),
  ])
  func namesOfTwoPersonsDoNot(_ first: String, _ second: String) {
    #expect(disagreements(.init(patientName: first), .init(patientName: second)) == [.name])
  }

  @Test func otherAttributesAreComparedAsTheyAreButForPaddingAndOldDates() {
    #expect(disagreements(.init(patientID: "P1"), .init(patientID: " P1 ")) == [])
    #expect(disagreements(.init(patientID: "P1"), .init(patientID: "p1")) == [.patientID])
    #expect(disagreements(.init(issuerOfPatientID: "A"), .init(issuerOfPatientID: "B")) == [.issuer])
    #expect(disagreements(.init(patientBirthDate: "1970.01.31"), .init(patientBirthDate: "19700131")) == [])
    #expect(
      disagreements(.init(patientBirthDate: "19700131"), .init(patientBirthDate: "19700113")) == [.birthDate])
  }

  @Test func whatIsAgreedIsTheSameHoweverItIsWritten() {
    let one = IdentityClaims([.init(patientID: "P", patientName: "Doe^Jane")]).agreed
    let other = IdentityClaims([.init(patientID: "P ", patientName: "DOE^JANE^^")]).agreed
    #expect(one == other && one["PatientName.1"] == "DOE^JANE" && one["PatientID"] == "P")
  }
}
