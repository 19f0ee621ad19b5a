import Hinge
import Study

/// Turns the findings of a clip's frames into the geometry of its beats, while the masks are there.
package struct ClipGeometry {
  package let findings: [FrameFinding]
  /// Milliseconds, one a frame.
  let times: [Double]
  private let mapping: InputGeometry
  /// On the grid of the findings' labels.
  private let sector: SectorMask?

  /// Above this share of its outline at the sector's edge, a chamber is not seen whole. Chosen here: what is cut
  /// off is then small against what a disc is wide.
  static let largestCut = 0.1

  package init(_ findings: [FrameFinding], times: [Double], target: ClipTarget, inputSide: Int) {
    self.findings = findings
    self.times = times
    mapping = target.geometry(inputSide: inputSide)
    sector = target.sectorOnInput(mapping)?.cropped(to: mapping.boxInInput)
  }

  /// What one beat gives, and its excursion curves from end diastole on.
  package func geometry(of beat: ClipReport.Beat) -> (BeatGeometry, AnnularExcursion?) {
    let diastole = sections(of: beat.edFrame)
    let systole = sections(of: beat.esFrame)
    var geometry = BeatGeometry(
      endDiastole: frame(beat.edFrame, diastole), endSystole: frame(beat.esFrame, systole))
    let found = diastole.flatMap { excursion(of: beat, along: $0.axis) }
    if let reason = geometry.endDiastole.diameterWithheld ?? geometry.endSystole.diameterWithheld {
      geometry.excursionWithheld = reason
    } else if let found {
      geometry.excursion = .init(left: found.left, right: found.right, drift: found.drift)
    } else {
      geometry.excursionWithheld = .tooFewFrames
    }
    return (geometry, found)
  }

  /// Milliseconds to the next end diastole, where that is a possible beat.
  package func cycle(of beat: ClipReport.Beat) -> Double? {
    guard let next = beat.nextEDFrame, times.indices.contains(next) else { return nil }
    let length = times[next] - times[beat.edFrame]
    return BeatSelection.beatLengths.contains(length) ? length : nil
  }

  private func sections(of frame: Int) -> FrameSections? {
    guard let pair = findings[frame].pair else { return nil }
    return FrameSections(
      findings[frame].labels.labelMask, left: onMask(pair.left), right: onMask(pair.right), sector: sector)
  }

  private func frame(_ index: Int, _ sections: FrameSections?) -> BeatGeometry.Frame {
    switch findings[index].hinges {
    case .indeterminate(let reason):
      let code = ReasonCode(reason)
      return BeatGeometry.Frame(diameterWithheld: code, ventricleWithheld: code, atriumWithheld: code)
    case .measured(let pair):
      var frame = BeatGeometry.Frame(reviewReasons: pair.reviewReasons.map(\.rawValue))
      let distrust = ReasonCode(withholding: pair)
      frame.diameterWithheld = distrust
      frame.ventricleWithheld = distrust ?? Self.reason(sections?.ventricleCut, .noVentricle)
      frame.atriumWithheld = distrust ?? Self.reason(sections?.atriumCut, .noAtrium)
      if distrust == nil { frame.diameter = pair.diameterMillimetres }
      if frame.ventricleWithheld == nil { frame.ventricle = sections.map { .init($0.ventricle) } }
      if frame.atriumWithheld == nil { frame.atrium = sections.map { .init($0.atrium) } }
      return frame
    }
  }

  private static func reason(_ cut: Double?, _ missing: ReasonCode) -> ReasonCode? {
    guard let cut else { return missing }
    return cut > largestCut ? .atSectorEdge : nil
  }

  private func excursion(of beat: ClipReport.Beat, along axis: AxisFrame) -> AnnularExcursion? {
    let end = beat.nextEDFrame ?? beat.esFrame
    let frames = findings.indices.map { index in
      // Two frames before end diastole serve to smooth it.
      index >= beat.edFrame - 2 && index <= end ? heights(of: findings[index], along: axis) : .unknown
    }
    return AnnularExcursion(
      frames, times: times, endDiastole: beat.edFrame, endSystole: beat.esFrame,
      nextEndDiastole: beat.nextEDFrame)
  }

  private func heights(of finding: FrameFinding, along axis: AxisFrame) -> AnnularExcursion.Heights {
    let ends = finding.pair.flatMap { $0.isWithheld || finding.isUnsteady ? nil : finding.ends }
    return AnnularExcursion.Heights(
      left: ends.map { axis.height(of: onMask($0.left)) },
      right: ends.map { axis.height(of: onMask($0.right)) },
      epicardialApex: FrameSections.epicardialApex(of: finding.labels.labelMask, along: axis))
  }

  /// A point of the box's grid on the grid of the labels.
  private func onMask(_ point: Point) -> Point {
    let toBox = mapping.inputToBox
    return Point(
      x: (point.x - toBox.offsetX) / toBox.scaleX - Double(mapping.boxInInput.minX),
      y: (point.y - toBox.offsetY) / toBox.scaleY - Double(mapping.boxInInput.minY))
  }
}

extension AnnularExcursion.Heights {
  package static let unknown = Self(left: nil, right: nil, epicardialApex: nil)
}

extension ClipReport {
  /// Adds the beats' lengths where the file states times, and their geometry and the excursion curves where it is
  /// calibrated.
  package mutating func measureBeats(_ geometry: ClipGeometry, hasTimes: Bool) {
    for index in beats.indices where hasTimes {
      beats[index].cycleMilliseconds = geometry.cycle(of: beats[index])
    }
    guard spacing != nil else { return }
    var left = [Double?](repeating: nil, count: geometry.findings.count)
    var right = left
    for index in beats.indices {
      let (found, excursion) = geometry.geometry(of: beats[index])
      beats[index].geometry = found
      guard let excursion, found.excursion != nil else { continue }
      let start = beats[index].edFrame
      for (offset, value) in excursion.leftCurve.enumerated() { left[start + offset] = value }
      for (offset, value) in excursion.rightCurve.enumerated() { right[start + offset] = value }
    }
    curves?.leftExcursionMillimetres = left
    curves?.rightExcursionMillimetres = right
  }
}

extension ClipReport {
  /// Has such beats reviewed, and the measurements of the reference beat with it.
  mutating func reviewImplausibleBeats() {
    for index in beats.indices where !change(in: beats[index]).contradictions.isEmpty {
      beats[index].geometry?.endDiastole.reviewReasons.append(ReasonCode.implausible.rawValue)
      beats[index].geometry?.endSystole.reviewReasons.append(ReasonCode.implausible.rawValue)
      guard beats[index].reference else { continue }
      for measurement in measurements.indices {
        measurements[measurement].review = true
        measurements[measurement].reviewReasons.append(ReasonCode.implausible.rawValue)
      }
    }
  }

  /// From a beat's end diastole to its end systole. What was withheld is not known.
  private func change(in beat: Beat) -> SystolicChange {
    let diastole = beat.geometry?.endDiastole
    let systole = beat.geometry?.endSystole
    func ratio(_ value: (BeatGeometry.Frame) -> Double?) -> Double? {
      guard let before = diastole.flatMap(value), let after = systole.flatMap(value), before > 0 else {
        return nil
      }
      return after / before
    }
    return SystolicChange(
      ventricleRatio: ratio { $0.ventricle.map { MethodOfDiscs.volume($0.section) } },
      diameterRatio: ratio(\.diameter), displacement: displacement(at: beat))
  }

  /// Millimetres towards the apex at end systole, the mean of both hinge points.
  private func displacement(at beat: Beat) -> Double? {
    guard beat.geometry?.excursion != nil,
      let left = curves?.leftExcursionMillimetres?[beat.esFrame],
      let right = curves?.rightExcursionMillimetres?[beat.esFrame]
    else { return nil }
    return (left + right) / 2
  }
}
