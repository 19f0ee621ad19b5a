import Foundation
import Hinge
import Testing

@testable import Clips
@testable import Phantom
@testable import Reports
@testable import Study
@testable import WatchDaemon

/// The synthetic loop as a picture: its sector, its grey values and its speckle.
@Suite struct PhantomPictureTests {
  private func small(_ change: (inout PhantomCine.Parameters) -> Void = { _ in }) -> PhantomCine {
    PhantomTests.small(change)
  }

  private func medium(_ change: (inout PhantomCine.Parameters) -> Void = { _ in }) -> PhantomCine {
    small {
      $0.rows = 300
      $0.columns = 400
      change(&$0)
    }
  }

  @Test func onlyTheSectorIsDrawn() {
    let cine = PhantomTests.usual
    let frame = cine.frame(0)
    let bounds = cine.sector.bounds
    for index in frame.pixels.indices {
      let pixel = Point(x: Double(index % frame.columns), y: Double(index / frame.columns))
      if frame.pixels[index] > 0 {
        #expect(cine.sector.contains(pixel))
        #expect(pixel.x >= Double(bounds.minX) && pixel.x <= Double(bounds.maxX))
        #expect(pixel.y >= Double(bounds.minY) && pixel.y <= Double(bounds.maxY))
      }
    }
    let share = Double(frame.pixels.filter { $0 > 0 }.count) * cine.spacing.x * cine.spacing.y
    let area = cine.sector.halfAngle * cine.sector.depth * cine.sector.depth
    #expect(abs(share / area - 1) < 0.02)
  }

  @Test func graphicsStandOutsideTheSector() {
    let plain = medium()
    let labelled = medium { $0.graphics = true }
    let (a, b) = (plain.frame(5), labelled.frame(5))
    let changed = a.pixels.indices.filter { a.pixels[$0] != b.pixels[$0] }
    #expect(changed.count > 100)
    let inside = changed.filter {
      plain.sector.contains(Point(x: Double($0 % a.columns), y: Double($0 / a.columns)))
    }
    #expect(inside == [])
  }

  @Test func anisotropicPixelsShowTheSameHeart() throws {
    let square = small { $0.spacing = PixelSpacing(x: 1.2, y: 1.2) }
    let flat = small {
      $0.spacing = PixelSpacing(x: 1.8, y: 1.2)
    }
    let index = try #require(square.beats.first?.endSystole)
    #expect(abs(square.annulusDiameter(index) - flat.annulusDiameter(index)) < 1e-9)
    let (a, b) = (square.hingePoints(index), flat.hingePoints(index))
    #expect(abs((a.right.x - a.left.x) * 1.2 - (b.right.x - b.left.x) * 1.8) < 1e-9)
    #expect(abs(a.left.y - b.left.y) < 1e-9)
  }

  @Test func mirroringExchangesTheSides() {
    let plain = PhantomTests.usual
    let mirrored = small { $0.mirrored = true }
    let (a, b) = (plain.hingePoints(3), mirrored.hingePoints(3))
    let width = Double(plain.sector.columns - 1)
    #expect(abs(a.left.x - (width - b.right.x)) < 1e-9)
    #expect(abs(a.right.y - b.left.y) < 1e-9)
    let rows = stride(from: 0, to: plain.sector.rows * plain.sector.columns, by: plain.sector.columns)
    let (p, q) = (plain.frame(3).pixels, mirrored.frame(3).pixels)
    let far = rows.flatMap { start in
      (0..<plain.sector.columns).filter {
        abs(Int(p[start + $0]) - Int(q[start + plain.sector.columns - 1 - $0])) > 2
      }
    }
    #expect(far.count < 20)
  }

  @Test(arguments: [UInt64(1), 5, 9])
  func cavitiesAreDarkerThanTheWall(seed: UInt64) throws {
    let cine = small { $0.seed = seed }
    for index in [2, 12, 20] {
      let frame = cine.frame(index)
      let labels = cine.labels(index).labels
      func median(_ label: ChamberLabel) -> Int {
        let values = frame.pixels.indices.filter { labels[$0] == label.rawValue }.map { frame.pixels[$0] }
        return Int(values.sorted()[values.count / 2])
      }
      #expect(median(.myocardium) > median(.leftVentricle) + 25)
      #expect(median(.myocardium) > median(.leftAtrium) + 25)
    }
  }

  /// While the heart stands still, at the R wave, tissue keeps its speckle and blood does not.
  @Test func speckleStaysWithTissueAndLeavesBlood() {
    let cine = medium {
      $0.firstPhase = 0
      $0.frameTime = 15
    }
    let (a, b) = (cine.frame(0).pixels, cine.frame(1).pixels)
    let labels = cine.labels(0).labels
    let width = cine.sector.columns
    func correlation(_ label: ChamberLabel, margin: Int) -> Double {
      let places = (margin * width..<(labels.count - margin * width)).filter { at in
        [0, -margin, margin, -margin * width, margin * width].allSatisfy { labels[at + $0] == label.rawValue }
      }
      let x = places.map { Double(a[$0]) }
      let y = places.map { Double(b[$0]) }
      let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
      let covariance = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
      let varianceX = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
      let varianceY = y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
      return covariance / (varianceX * varianceY).squareRoot()
    }
    #expect(correlation(.myocardium, margin: 2) > 0.8)
    #expect(correlation(.leftAtrium, margin: 12) < 0.4)
  }

  @Test func sectorCutsTheAtriumWhenItIsShallow() {
    let deep = small().labels(10).labels.filter { $0 == ChamberLabel.leftAtrium.rawValue }.count
    let shallow = small {
      $0.depth = 120
      $0.spacing = small().spacing
    }
    let cut = shallow.labels(10).labels.filter { $0 == ChamberLabel.leftAtrium.rawValue }.count
    #expect(cut > 0)
    #expect(cut < deep / 2)
  }

  @Test func unitScatterersGiveUnitIntensity() {
    let beams = BeamFormer(lines: 64, samples: 128, linePitch: 0.3, samplePitch: 0.32)
    let normal = NormalTable(seed: 5)
    let field = beams.form((0..<(64 * 128)).map { normal.values[$0] })
    let inner = (20..<44).flatMap { line in field[(line * 128 + 20)..<(line * 128 + 108)] }
    let power = inner.reduce(0) { $0 + $1 * $1 } / Float(inner.count)
    #expect((0.85...1.25).contains(power))
  }
}
