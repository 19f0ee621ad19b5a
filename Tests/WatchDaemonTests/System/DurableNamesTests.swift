import Glibc
import TestSupport
import Testing

@testable import Platform

/// What a rename and a removal leave when they return. That it is on the disk is tried by cutting the power
/// (`scripts/torture --only power`).
@Suite struct DurableNamesTests {
  let folder = ScratchFolder()

  private func path(_ name: String) -> String { folder.path + "/" + name }

  @Test func fileGoesToAFolderThatIsMadeForIt() throws {
    try folder.write("one", to: "a/1")
    for _ in 0..<2 {
      try DurableNames.change { names throws(FileError) in
        try names.makeFolder(path("b/c/d"), in: folder.path, .inbox)
        if try Files.exists(path("a/1"), .inbox) {
          try names.rename(path("a/1"), .inbox, to: path("b/c/d/1"), .claimed)
        }
      }
    }
    #expect(try folder.files(below: ".") == ["./b/c/d/1"])
  }

  /// rename(2) does nothing where both names are of one file.
  @Test func secondNameOfOneFileGoes() throws {
    try folder.write("one", to: "a/1")
    try folder.write("", to: "b/2")
    try Files.remove(path("b/2"), .inbox)
    #expect(link(path("a/1"), path("b/1")) == 0)
    try DurableNames.change { names throws(FileError) in
      try names.rename(path("a/1"), .inbox, to: path("b/1"), .claimed)
    }
    #expect(try folder.files(below: ".") == ["./b/1"])
    #expect(try folder.text(of: "b/1") == "one")
  }

  @Test func folderThatWasLeftMayBeGone() throws {
    try folder.write("one", to: "a/b/1")
    try DurableNames.change { names throws(FileError) in
      try names.rename(path("a/b/1"), .inbox, to: path("1"), .claimed)
      try names.removeTree(path("a"), .inbox)
    }
    #expect(try folder.files(below: ".") == ["./1"])
  }

  /// A file system that has nothing to sync says so, and does not hold up what is done.
  @Test(arguments: ["/proc/self", "/sys"]) func folderThatRefusesIsNoFailure(_ path: String) throws {
    try Files.syncNames(of: path, .inbox)
  }

  @Test func folderThatIsNotThereIsAFailure() {
    let error = #expect(throws: FileError.self) { try Files.syncNames(of: path("none"), .done) }
    #expect(error?.code == ENOENT)
  }

  /// Where a name changes or goes by another call, nothing makes that last.
  @Test func nothingElseRenamesOrRemoves() throws {
    let calls =
      #/
      (?: [^A-Za-z._] (?: rename | renameat | renameat2 | unlink | unlinkat | rmdir | link | linkat )
        | Glibc\. (?: rename | unlink | rmdir | remove | link )
        | \. (?: removeItem | moveItem | replaceItem | linkItem ) ) \(
      /#
    let files = Checkout.files("Sources", ".swift").filter { !$0.hasPrefix("Sources/Platform/") }
    #expect(files.count > 100)
    for file in files {
      for call in try Checkout.text(file).matches(of: calls) {
        Issue.record("\(file) calls \(call.output.dropLast()) and not DurableNames or Files.discard")
      }
    }
  }
}
