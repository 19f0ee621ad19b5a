import Foundation
import Platform

/// What a program said and how it ended.
public struct ProgramRun: Sendable {
  public var status: Int32
  public var output: String
  public var errors: String

  /// Lines of standard output.
  public var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// No program of the tests takes as long.
  private static let longestSeconds = 600.0

  /// Runs a program to its end. Its outputs go through files, so that no full pipe stops it. One that does not end is
  /// killed, and its status says so.
  public static func of(_ executable: String, _ arguments: [String]) throws -> ProgramRun {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("output")
    let errors = folder.appendingPathComponent("errors")
    let program = try ChildProgram(
      executable, [executable] + arguments, output: .file(output.path), errors: .file(errors.path))
    let end = program.wait(seconds: longestSeconds) ?? .killed(SIGKILL)
    return ProgramRun(
      status: end.status,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  /// Runs the built `hinged`.
  public static func hinged(_ arguments: String...) throws -> ProgramRun {
    try of(Products.hinged, arguments)
  }
}

/// A folder of a test's own, removed with all that it holds when the test lets go of it.
public final class ScratchFolder: Sendable {
  public let path: String

  public init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hinged-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func names(_ folder: String = "") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The results in an outbox, without its index.
  public func studies(_ outbox: String) -> [String] {
    names(outbox).filter { $0.first?.isNumber == true }
  }

  public func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
  }

  /// A JSON file's object.
  public func object(_ name: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: data(name)) as? [String: Any] ?? [:]
  }
}
