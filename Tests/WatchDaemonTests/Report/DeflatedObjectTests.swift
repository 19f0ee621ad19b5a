import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Phantom
@testable import Platform
@testable import Reports
@testable import Study

@Suite struct DeflatedObjectTests {
  private func inflated(_ bytes: [UInt8], limit: Int) throws -> [UInt8] {
    let inflater = try Inflater(.raw)
    var (rest, all) = (bytes[...], [UInt8]())
    while true {
      let step = try inflater.step(rest, limit: limit)
      all += step.output
      rest = rest.dropFirst(step.consumed)
      if step.hasEnded || (step.consumed == 0 && step.output.isEmpty) { return all }
    }
  }

  @Test(arguments: 1...12) func whatIsDeflatedInPiecesInflatesToTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let pieces = (0..<random.next() % 7).map { _ in
      let isNoise = random.next() % 2 == 0
      return (0..<random.next() % 100_000).map { _ in
        isNoise ? UInt8(truncatingIfNeeded: random.next()) : 0
      }
    }
    let deflater = Deflater()
    let stream = pieces.flatMap { deflater.deflate($0) } + deflater.finish()
    #expect(stream.count % 2 == 0)
    #expect(try inflated(stream, limit: 1 << 16) == pieces.flatMap { $0 })
  }

  @Test func aDeflatedSegmentationHasTheDataSetOfAnExplicitOne() throws {
    let clip = SampleReport.measured
    let object = ClipObject(
      source: SampleReport.source(SampleReport.measuredUID, spacing: nil), header: ClipHeader.loop(),
      clip: clip, model: SampleReport.study.model, software: SampleReport.study.software,
      uids: SampleReport.uids, contentTime: SampleReport.contentTime, sourceBytes: nil)
    let outlines = [FrameOutlines](repeating: FrameOutlines(), count: clip.frames)
    let frames = SegmentFrames(.edES, of: clip)
    try withTemporaryFolder { folder in
      var files: [[UInt8]] = []
      for transfer in [Configuration.SegmentTransfer.explicit, .deflated] {
        let path = folder + "/" + transfer.rawValue
        try SegmentationObject.write(
          object, outlines: outlines, frames: frames, transfer: transfer, to: path)
        files.append([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
      }
      let (explicit, deflated) = (try dataSet(files[0]), try dataSet(files[1]))
      #expect(try inflated(deflated, limit: 1 << 20) == explicit)
      #expect(files[1].count < files[0].count / 20)
      let said = String(decoding: files[1].prefix(400), as: UTF8.self)
      #expect(said.contains("1.2.840.10008.1.2.1.99"))
    }
  }

  /// What comes behind the file meta information, whose length its first element states (PS3.10 7.1).
  private func dataSet(_ file: [UInt8]) throws -> [UInt8] {
    let length = file[140..<144].reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(file[(144 + length)...])
  }
}
