import Foundation

/// Debian's chromium, without a screen.
public enum Browser {
  public static let chromium =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first(where: isInstalled)
    ?? "/usr/bin/chromium"

  public static var isWanted: Bool { isWanted(chromium) }

  /// Where `HINGED_REQUIRE_BROWSER` is set, what is missing is a failure and no reason to skip a test.
  public static func isWanted(_ program: String) -> Bool {
    isInstalled(program) || ProcessInfo.processInfo.environment["HINGED_REQUIRE_BROWSER"] != nil
  }

  /// Opens a page from the disk, in which `--dump-dom` or the like says what is wanted of it.
  /// - Parameter folder: the page's, where the browser may keep what it remembers.
  public static func open(_ page: String, in folder: String, _ options: [String]) async throws -> ProgramRun {
    let all =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        "--user-data-dir=\(folder)/profile",
      ] + options + ["file://\(page)"]
    return try await withCheckedThrowingContinuation { continuation in
      queue.addOperation {
        continuation.resume(with: Result { try ProgramRun.of(chromium, all) })
      }
    }
  }

  /// Tests run on as many threads as there are processors. Browsers that they waited for on those would keep all other
  /// tests waiting for minutes.
  private static let queue: OperationQueue = {
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 2
    return queue
  }()

  private static func isInstalled(_ program: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: program)
  }
}

extension ProgramRun {
  /// The title of the page that `--dump-dom` told, which a page's script puts its answer into; what went wrong where
  /// there is none.
  public var title: String {
    output.components(separatedBy: "<title>").last?.components(separatedBy: "</title>").first ?? errors
  }
}
