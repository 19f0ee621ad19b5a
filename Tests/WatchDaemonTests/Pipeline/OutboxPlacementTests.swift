import Foundation
import Platform
import TestSupport
import Testing

@testable import WatchDaemon

@Suite struct OutboxPlacementTests {
  private let folder: TestSupport.ScratchFolder

  init() throws {
    folder = try TestSupport.ScratchFolder()
    for name in ["in/deep", "input", "out"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: folder.path + "/in")
  }

  private func isRefused(_ outbox: String, _ input: String) -> Bool {
    do throws(CommandFailure) {
      try OutboxPlacement.check(
        outbox: "\(folder.path)/\(outbox)",
        inputs: ["\(folder.path)/out/../input", "\(folder.path)/\(input)"])
      return false
    } catch {
      return error.code == ExitCode.usage
    }
  }

  @Test(arguments: [
    ("in", "in"), ("in/new", "in"), ("in/new/deeper", "in/"), ("in", "in/deep"), ("link/new", "in"),
    ("in/../in/deep", "in"), (".", "in"), ("in/", "link"), ("in", "in/deep/IM1"), ("out/../in/new", "link/"),
  ])
  func refusesInsideAndAround(outbox: String, input: String) { #expect(isRefused(outbox, input)) }

  @Test(arguments: [("out", "in"), ("in2", "in"), ("new/in", "in"), ("in/deep2", "in/deep"), ("out", "link")])
  func takesFoldersApart(outbox: String, input: String) { #expect(!isRefused(outbox, input)) }
}
