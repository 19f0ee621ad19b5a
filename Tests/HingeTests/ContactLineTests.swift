import Testing

@testable import Hinge

@Suite struct ContactLineTests {
  /// Two rows of 21 pixels that touch: the contact set is both rows, and the ends are half way between them.
  @Test func endsOfAStraightLineLieBetweenItsRows() throws {
    let mask = Drawing.labels(width: 40, height: 20) { x, y in
      guard (10...30).contains(x) else { return .background }
      return y < 10 ? .leftVentricle : .leftAtrium
    }
    let line = try #require(ContactLine(of: mask))
    #expect(line.radius == 1.5)
    #expect(line.pixels.count == 42)
    #expect(line.left == Point(x: 10, y: 9.5))
    #expect(line.right == Point(x: 30, y: 9.5))
    #expect(line.length == 20)
  }

  /// 0.308 mm of depth take in one column of 0.2 mm pixels beyond the last one.
  @Test func endDepthIsInMillimetres() throws {
    let mask = Drawing.labels(width: 60, height: 30, spacing: PixelSpacing(x: 0.2, y: 0.4)) { x, y in
      guard x > 1.9, x < 8.1 else { return .background }
      return y < 5.8 ? .leftVentricle : .leftAtrium
    }
    let line = try #require(ContactLine(of: mask))
    #expect(abs(line.left.x - 10.5) < 1e-9)
    #expect(abs(line.right.x - 39.5) < 1e-9)
  }

  @Test func growsItsRadiusOverAGap() throws {
    for (gap, radius) in [(1, 2.5), (3, 4.0), (5, 6.0), (8, 9.0)] {
      let mask = Drawing.labels(width: 40, height: 40) { x, y in
        guard (10...30).contains(x) else { return .background }
        return y < 15 ? .leftVentricle : y >= 15 + Double(gap) ? .leftAtrium : .background
      }
      #expect(try #require(ContactLine(of: mask)).radius == radius)
    }
    let apart = Drawing.labels(width: 40, height: 40) { x, y in
      guard (10...30).contains(x) else { return .background }
      return y < 15 ? .leftVentricle : y >= 25 ? .leftAtrium : .background
    }
    #expect(ContactLine(of: apart) == nil)
  }

  @Test func ignoresFragmentsAndHoles() throws {
    let clean = Drawing.Heart().mask()
    var dirty = clean
    for y in 100..<105 { for x in 95..<100 { dirty.labels[y * 200 + x] = 2 } }
    for y in 240..<246 { for x in 5..<30 { dirty.labels[y * 200 + x] = y < 243 ? 1 : 3 } }
    let a = try #require(ContactLine(of: clean))
    let b = try #require(ContactLine(of: dirty))
    #expect(a.left == b.left)
    #expect(a.right == b.right)
  }

  @Test(arguments: [-40.0, -15, 0, 20, 40])
  func findsTheAnnulusAtAnyTilt(degrees: Double) throws {
    for spacing in [PixelSpacing(x: 0.5, y: 0.5), PixelSpacing(x: 0.6, y: 0.3)] {
      let heart = Drawing.Heart(tilt: degrees)
      let mask = heart.mask(
        width: Int(130 / spacing.x), height: Int(150 / spacing.y), spacing: spacing)
      let line = try #require(ContactLine(of: mask))
      let left = Point(x: heart.left.x / spacing.x, y: heart.left.y / spacing.y)
      let right = Point(x: heart.right.x / spacing.x, y: heart.right.y / spacing.y)
      #expect(spacing.distance(line.left, left) < 0.8)
      #expect(spacing.distance(line.right, right) < 0.8)
    }
  }

  @Test func drawsItselfFromLeftToRight() throws {
    let line = try #require(ContactLine(of: Drawing.Heart(tilt: 10).mask()))
    let drawn = line.polyline()
    #expect(drawn.first == line.left)
    #expect(drawn.last == line.right)
    #expect(drawn.count > 12)
    let along = drawn.map(line.projection)
    #expect(along == along.sorted())
  }

  /// On a grid so fine that both ends are the mean of the whole contact.
  @Test func drawsItselfWhereItHasNoLength() throws {
    let mask = Drawing.labels(width: 40, height: 20, spacing: PixelSpacing(x: 0.01, y: 0.01)) { x, y in
      guard (0.1...0.3).contains(x) else { return .background }
      return y < 0.1 ? .leftVentricle : .leftAtrium
    }
    let line = try #require(ContactLine(of: mask))
    #expect(line.length == 0)
    #expect(line.polyline() == [line.left, line.right])
  }
}
