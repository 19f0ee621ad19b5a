import Glibc
import Testing

@testable import Platform
@testable import Spool
@testable import WatchDaemon

/// An inbox that is only read and holds 100,000 files that are done with.
@Suite(.enabled(if: getenv("HINGED_BENCHMARKS") != nil)) struct LargeInboxTests {
  private func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  @Test func lookingThroughItIsQuickAndNearlyFreeWhileNothingComes() throws {
    let folder = ScratchFolder()
    let scan = InboxScan(inbox: folder.path)
    scan.trustsFolderTimes = true
    for study in 0..<500 {
      let name = "study\(study)"
      try Files.makeFolder(folder.path + "/" + name, .inbox)
      for file in 0..<200 {
        let path = folder.path + "/\(name)/IM\(file)"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        _ = write(descriptor, "x", 1)
        var status = stat()
        fstat(descriptor, &status)
        close(descriptor)
        scan.setKnown("\(name)/IM\(file)", FileStamp(status))
      }
    }
    let start = cpuSeconds()
    #expect(scan.scan { 0 }.knownCount == 100_000)
    #expect(cpuSeconds() - start < 1)
    _ = scan.scan { 3 }
    let quiet = cpuSeconds()
    for now in 4..<24 { #expect(scan.scan { Double(now) }.knownCount == 100_000) }
    let share = (cpuSeconds() - quiet) / 20 / 5
    #expect(share < 0.002, "a look every 5 s takes \(share * 100) % of a processor")
  }
}
