import Testing

@testable import Clips
@testable import Study

/// What scanners and people write into tags.
@Suite struct ViewNameTests {
  @Test(arguments: [
    "A4C", "a4c", "A-4-C", "A 4 C", "a4ch", "A4CH", "A4Ch", "ap4", "AP4", "AP 4", "ap4c", "ap4ch", "AP4CH",
    "Ap 4ch",
    "apical4c", "Apical 4C", "apical 4ch", "apical4ch", "apical4chamber", "apical 4 chamber",
    "Apical 4-Chamber",
    "apical four chamber", "Apical Four-Chamber View", "apical fourchamber", "APICAL 4 CHAMBER VIEW", "4ch",
    "4CH",
    "4 ch", "4-ch", "4CV", "4chb", "4 Chamber", "four chamber view", "fourchamber", "4C", "4KB", "4-KB",
    "4-Kammerblick", "4-Kammer-Blick", "4 Kammerblick", "4Kammerblick", "Vierkammerblick",
    "apikaler Vierkammerblick",
    "Vier-Kammer-Blick", "apikal 4KB", "4-Kammerblick apikal", "4 cavités", "quatre cavités",
    "Apicale 4 cavités",
    "coupe apicale des 4 cavités", "4 cav", "apicale 4C", "4 cámaras", "cuatro cámaras", "Apical 4 cámaras",
    "4 camaras", "4 cavidades", "4 camere", "quattro camere", "apicale 4 camere",
    "Proiezione apicale a 4 camere",
    "A4C rest", "A4C Peak", "Stress A4C low dose", "LV A4C", "A4C LV focused", "A4C zoom MV", "2D A4C",
    "A4C_2",
    "01_A4C", "A4C without contrast", "A4C non-contrast", "4CH Post", "Rest 4CH", "A4C A4C", "IMP A4CH",
    "ap.4",
    "A4C (LV)", "Echo_Apical4Ch_001",
  ])
  func readsTheFourChamberView(text: String) { #expect(ViewName.view(in: text) == .a4c) }

  @Test(arguments: [
    "A2C", "a2ch", "A2Ch", "ap2", "AP 2", "AP2CH", "apical 2 chamber", "Apical Two Chamber", "2ch", "2CH",
    "2CV", "2C",
    "2-Kammerblick", "Zweikammerblick", "apikaler Zweikammerblick", "2 cavités", "deux cavités",
    "dos cámaras",
    "2 cámaras", "due camere", "2 camere", "A2C rest", "2CH Peak", "A2C_3",
  ])
  func readsTheTwoChamberView(text: String) { #expect(ViewName.view(in: text) == .a2c) }

  @Test(arguments: [
    "A3C", "a3ch", "AP3", "ap 3", "3ch", "3CV", "Apical 3 Chamber", "three chamber", "3-Kammerblick",
    "Dreikammerblick", "APLAX", "ApLAX", "ALAX", "AP LAX", "apical LAX", "Apical Long Axis",
    "apical long-axis view",
    "apikale lange Achse", "Langachse apikal", "grand axe apical", "eje largo apical", "asse lungo apicale",
    "3 cavités", "tres cámaras", "tre camere", "APLAX Peak", "A3C (APLAX)",
  ])
  func readsTheThreeChamberView(text: String) { #expect(ViewName.view(in: text) == .a3c) }

  @Test(arguments: [
    "A5C", "a5ch", "AP5", "5ch", "5CV", "Apical 5 Chamber", "apical five chamber", "5-Kammerblick",
    "Fünfkammerblick", "Fuenfkammerblick", "5 cavités", "cinq cavités", "cinco cámaras", "cinque camere",
    "A5C LVOT",
  ])
  func readsTheFiveChamberView(text: String) { #expect(ViewName.view(in: text) == .a5c) }

  @Test(arguments: [
    "PLAX", "plax zoom", "PSAX", "PSAX MV", "PSAX-PM", "SAX", "SAX AP", "SAX-MV", "PS LAX MR & AI", "PSLAX",
    "Parasternal Long Axis", "parasternal short axis", "parasternale lange Achse", "Parasternale Langachse",
    "Kurzachse", "parasternale kurze Achse", "parasternale grand axe", "petit axe", "eje largo paraesternal",
    "eje corto", "asse corto", "parasternale asse lungo", "subcostal", "Subcostal 4 chamber", "SC 4CH", "S4C",
    "SC4C",
    "subcostal 4C", "subkostal", "sous-costale", "sottocostale", "subxiphoid", "suprasternal", "SSN", "IVC",
    "vena cava", "TEE 4ch", "ME 4C", "Midesophageal 4 chamber", "Transesophageal Echocardiogram", "TOE",
    "fetal 4CH",
    "p lax",
  ])
  func readsOtherViews(text: String) { #expect(ViewName.view(in: text) == .other) }

  @Test(arguments: [
    // Two views, or a word that could mean two things.
    "4CH 2CH", "A4C/A2C", "A4C, A2C, A3C", "AP4-AP2", "A4C or A5C", "4CH?", "A4C vs A2C", "A4C + A2C",
    "4-2-3 chamber",
    "4 and 2 chamber", "4, 2 and 3 chamber", "apical 4 and 2 chamber", "apical 4, 2", "Apical 4/2/3",
    "AP4, 2",
    "vier und zwei Kammern", "2- und 4-Kammerblick", "LAX", "long axis", "lange Achse", "grand axe",
    "eje largo",
    "4CH LAX", "A4C PLAX", "PSAX A4C", "Biplane A4C", "Triplane apical", "A4C 3D", "4D A4C", "A4C RV",
    "RV focused A4C",
    "A4C RVfocused", "AP 2 views", "no A4C", "A4C not obtained", "kein 4-Kammerblick",
    "4CH nicht darstellbar",
    "A4C missing", "modified A4C", "Apical four chamber RV modified",
    // No view.
    "", " ", "apical views", "apical", "Apex", "apikal", "echo", "Adult Heart", "ACC_TTE",
    "Stress Echo Study",
    "Pharm Stress", "Baseline", "Low Dose", "Im Post 400", "Stage 4", "Stage 4 C", "View 2", "Loop 4",
    "IM_0004", "A4", "A 2",
    "Image-40", "Image-41", "4", "2", "a", "ap", "c", "ch", "12 ch ECG", "24ch", "A42C", "44ch", "2D", "3D",
    "4D",
    "C5-1", "4V1c-S", "S5-2", "4C-RS", "MURMUR, R/O VSD", "Car MOTTPE 2d 02",
    "Other hypertrophic cardiomyopathy",
    "bench2chart", "a4central", "4change", "torch 2 choose", "caps4c", "64 KB", "4KBytes", "4C probe",
    "Chest PA and AP", "two patients", "quattro", "AP", "IAS FEN2", "US Dopler",
  ])
  func claimsNothing(text: String) { #expect(ViewName.view(in: text) == nil) }

  /// A comment may hold 10,240 characters.
  @Test func readsTheStartOfALongText() {
    #expect(ViewName.view(in: "A4C " + String(repeating: "x ", count: 5_000)) == .a4c)
    #expect(ViewName.view(in: String(repeating: "x ", count: 5_000) + "A4C") == nil)
  }
}

@Suite struct EchoViewTests {
  @Test func everyCodeAndNumberOfChambersIsOfOneView() {
    let codes = EchoView.allCases.flatMap(\.facts.codes)
    #expect(EchoView.byCode.count == codes.count && codes.count > 40)
    #expect(EchoView.byChambers == ["2": .a2c, "3": .a3c, "4": .a4c, "5": .a5c])
  }

  @Test func aConceptIsAmongTheCodesThatStateTheView() {
    for view in EchoView.allCases {
      guard let concept = view.concept else { continue }
      #expect(EchoView.byCode[concept.value] == view)
    }
  }

  @Test func measuresAreNamedForTheFourAndTheTwoChamberViewAlone() {
    #expect(EchoView.measured == [.a4c, .a2c])
    #expect(EchoView.stateable == [.a4c, .a2c, .a3c, .a5c, .other])
    #expect(EchoView.choices == "A4C, A2C, A3C, A5C or other")
  }
}
