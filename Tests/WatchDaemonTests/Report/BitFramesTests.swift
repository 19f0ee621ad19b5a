import Hinge
import TestSupport
import Testing

@testable import Clips
@testable import Reports

@Suite struct BitFramesTests {
  private func bits(_ bytes: [UInt8]) -> [Bool] {
    bytes.flatMap { byte in (0..<8).map { byte >> $0 & 1 == 1 } }
  }

  @Test(arguments: [(4, 8), (3, 5), (7, 3), (1, 1), (5, 9)])
  func packsFramesWithoutGapsLowestBitFirst(rows: Int, columns: Int) {
    var generator = Seeded()
    var packing = BitFrames(rows: rows, columns: columns)
    var wanted: [Bool] = []
    var bytes: [UInt8] = []
    for _ in 0..<5 {
      let frame = (0..<rows * columns).map { _ in Bool.random(using: &generator) }
      let runs = frame.indices.filter { frame[$0] }.map {
        PixelRun(row: $0 / columns, columns: $0 % columns..<$0 % columns + 1)
      }
      wanted += frame
      bytes += packing.pack(inside: runs, outside: [])
    }
    bytes += packing.tail
    #expect(bytes.count == BitFrames.count(frames: 5, rows: rows, columns: columns))
    #expect(Array(bits(bytes).prefix(wanted.count)) == wanted)
    #expect(bits(bytes).dropFirst(wanted.count).allSatisfy { !$0 })
  }

  @Test func leavesOutWhatOthersHave() {
    var packing = BitFrames(rows: 1, columns: 20)
    let bytes = packing.pack(
      inside: [PixelRun(row: 0, columns: 2..<19)], outside: [PixelRun(row: 0, columns: 5..<17)])
    #expect(
      bits(bytes + packing.tail).indices.filter { bits(bytes + packing.tail)[$0] } == [2, 3, 4, 17, 18])
  }
}
