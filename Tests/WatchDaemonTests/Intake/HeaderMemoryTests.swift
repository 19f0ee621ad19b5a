import Testing

@testable import Clips
@testable import Spool

@Suite struct HeaderMemoryTests {
  @Test func theLatestHeadersAreKept() {
    let memory = HeaderMemory(capacity: 3)
    for index in 0..<5 {
      memory.keep(.example(study: "1.2", instance: "1.2.\(index)"), of: "\(index)")
      memory.keep(.example(study: "1.2", instance: "1.2.\(index)"), of: "\(index)")
    }
    let kept = (0..<5).map { memory.header(of: "\($0)")?.sopInstanceUID }
    #expect(kept == [nil, nil, "1.2.2", "1.2.3", "1.2.4"])
  }
}
