import Testing

@testable import Platform
@testable import WatchDaemon

@Suite struct InputCollectionTests {
  private let folder = ScratchFolder()

  @Test func findsFilesWhateverCharacterSetTheirNamesAreIn() throws {
    let names = ["a", FileName.text(of: [0x6D, 0xFC, 0x6C])]
    for name in names { try folder.write("x", to: name) }
    let inputs = try InputCollection(paths: [folder.path])
    #expect(inputs.files == names.map { folder.path + "/" + $0 } && inputs.refused.isEmpty)
  }
}
