import Clips
import Foundation
import Hinge
import Synchronization

/// A synthetic apical four-chamber loop whose hinge points are known. The same parameters give the same bytes.
///
/// A heart in its own plane (`HeartAnatomy`) contracts and moves (`HeartMotion`); a sector scan of its scatterers
/// is simulated in range and angle (`BeamFormer`) and drawn into the stored frame (`ScanConverter`).
package struct PhantomCine: Sendable {
  package struct Parameters: Sendable, Equatable {
    package var seed: UInt64 = 1
    package var rows = 600
    package var columns = 800
    package var frames = 60
    /// Milliseconds.
    package var frameTime = 30.0
    /// Beats a minute.
    package var heartRate = 66.0
    /// Phase of the cycle at the first frame, 0 at the R wave.
    var firstPhase = 0.92
    /// Depth of the sector, millimetres.
    package var depth = 160.0
    /// Whole opening of the sector, degrees.
    package var sectorDegrees = 76.0
    /// Millimetres a pixel; without it, square pixels such that the sector fits.
    package var spacing: PixelSpacing?
    /// 1 is an annulus of 33 mm at end diastole.
    package var heartScale = 1.0
    /// The heart's place in the sector, millimetres to the right and down from the usual one.
    package var offset = (x: 0.0, y: 0.0)
    /// Degrees that the heart is turned clockwise from the usual lie.
    package var rotation = 0.0
    /// 1 is an ejection of usual strength.
    var contractility = 1.0
    /// Decibels.
    var gain = 0.0
    var dynamicRange = 54.0
    /// Left and right of the display exchanged.
    var mirrored = false
    /// Scale, texts and an ECG around the sector, as scanners burn them in.
    package var graphics = false

    package init(
      seed: UInt64 = 1, rows: Int = 600, columns: Int = 800, frames: Int = 60, frameTime: Double = 30.0,
      heartRate: Double = 66.0, firstPhase: Double = 0.92, depth: Double = 160.0,
      sectorDegrees: Double = 76.0, spacing: PixelSpacing? = nil, heartScale: Double = 1.0,
      offset: (x: Double, y: Double) = (x: 0.0, y: 0.0), rotation: Double = 0.0, contractility: Double = 1.0,
      gain: Double = 0.0, dynamicRange: Double = 54.0, mirrored: Bool = false, graphics: Bool = false
    ) {
      self.seed = seed
      self.rows = rows
      self.columns = columns
      self.frames = frames
      self.frameTime = frameTime
      self.heartRate = heartRate
      self.firstPhase = firstPhase
      self.depth = depth
      self.sectorDegrees = sectorDegrees
      self.spacing = spacing
      self.heartScale = heartScale
      self.offset = offset
      self.rotation = rotation
      self.contractility = contractility
      self.gain = gain
      self.dynamicRange = dynamicRange
      self.mirrored = mirrored
      self.graphics = graphics
    }

    package static func == (a: Parameters, b: Parameters) -> Bool {
      String(describing: a) == String(describing: b)
    }
  }

  /// Where the annotator of a frame would click: pixel-index coordinates of the stored frame, the point on the
  /// display's left first.
  package struct HingeTruth: Sendable, Equatable {
    package var left: Point
    package var right: Point
  }

  package let parameters: Parameters
  package let sector: SectorGeometry
  let cycle: CardiacCycle
  private let simulation: LazySimulation

  package init(_ parameters: Parameters) {
    self.parameters = parameters
    sector = SectorGeometry(parameters)
    cycle = CardiacCycle(period: 60_000 / parameters.heartRate)
    simulation = LazySimulation(parameters, sector)
  }

  package var frames: Int { parameters.frames }
  package var spacing: PixelSpacing { sector.spacing }

  /// The picture at `index`, drawn again on every call.
  package func frame(_ index: Int) -> GrayFrame {
    var pixels = [UInt8](repeating: 0, count: sector.rows * sector.columns)
    simulation.value.draw(frame: index, heart(index), pose: pose(index), into: &pixels)
    if parameters.graphics { PhantomGraphics(self).draw(frame: index, into: &pixels) }
    return GrayFrame(columns: sector.columns, rows: sector.rows, pixels: pixels)
  }

  /// All frames one after the other: T x H x W.
  package func pixels() -> [UInt8] {
    (0..<frames).flatMap { frame($0).pixels }
  }

  /// The same as T x H x W x 3, red, green, blue. The ECG is green, as on most scanners.
  package func colourPixels() -> [UInt8] {
    (0..<frames).flatMap { index in
      var colours = frame(index).pixels.flatMap { [$0, $0, $0] }
      guard parameters.graphics else { return colours }
      for place in PhantomGraphics(self).electrocardiogram(frame: index) {
        let at = 3 * (place.row * sector.columns + place.column)
        colours[at] = 40
        colours[at + 2] = 60
      }
      return colours
    }
  }
}

/// What is known of the loop.
extension PhantomCine {
  /// Phase of the cycle, 0 ..< 1.
  package func phase(_ index: Int) -> Double {
    let beats = parameters.firstPhase + Double(index) * parameters.frameTime / cycle.period
    return beats - beats.rounded(.down)
  }

  package func hingePoints(_ index: Int) -> HingeTruth {
    let shape = heart(index).motion.now
    let points = [shape.leftHinge, shape.rightHinge].map { pixel(of: $0, pose(index)) }
    return parameters.mirrored
      ? HingeTruth(left: points[1], right: points[0]) : HingeTruth(left: points[0], right: points[1])
  }

  /// Millimetres.
  package func annulusDiameter(_ index: Int) -> Double {
    let truth = hingePoints(index)
    return spacing.distance(truth.left, truth.right)
  }

  /// Square millimetres.
  func leftVentricularArea(_ index: Int) -> Double {
    heart(index).motion.now.leftVentricularArea * parameters.heartScale * parameters.heartScale
  }

  /// Method of discs in the plane of the picture, millilitres.
  func leftVentricularVolume(_ index: Int) -> Double {
    heart(index).motion.now.leftVentricularVolume * pow(parameters.heartScale, 3)
  }

  /// Times of the R waves within the clip, milliseconds from its start.
  var rWaveTimes: [Double] {
    let first = (1 - parameters.firstPhase).truncatingRemainder(dividingBy: 1) * cycle.period
    let end = Double(frames - 1) * parameters.frameTime
    return Array(stride(from: first, through: end, by: cycle.period))
  }

  /// The frames at end diastole that the loop shows with the end systole after them.
  package var beats: [(endDiastole: Int, endSystole: Int)] {
    let limit = Double(frames - 1) * parameters.frameTime
    return rWaveTimes.compactMap { start in
      let end = start + cycle.systole * cycle.period
      guard end <= limit else { return nil }
      return (frame(at: start), frame(at: end))
    }
  }

  private func frame(at time: Double) -> Int { Int((time / parameters.frameTime).rounded()) }

  /// The true label of every pixel of the stored frame.
  package func labels(_ index: Int) -> LabelMask {
    let anatomy = HeartAnatomy()
    let heart = heart(index)
    let pose = pose(index)
    var labels = [UInt8](repeating: 0, count: sector.rows * sector.columns)
    for row in 0..<sector.rows {
      for column in 0..<sector.columns {
        let pixel = Point(x: Double(column), y: Double(row))
        guard sector.contains(pixel) else { continue }
        let (x, y) = sector.position(of: pixel)
        let here = pose.heartPoint(x: x, y: y)
        let tissue = anatomy.tissue(at: heart.motion.referencePoint(q: here.q, z: here.z))
        labels[row * sector.columns + column] = tissue.label.rawValue
      }
    }
    return LabelMask(width: sector.columns, height: sector.rows, spacing: spacing, labels: labels)
  }

  private func heart(_ index: Int) -> HeartState {
    let phase = phase(index)
    return HeartState(
      motion: HeartMotion(contraction: cycle.contraction(phase) * parameters.contractility),
      opening: cycle.opening(phase))
  }

  private func pose(_ index: Int) -> HeartPose {
    HeartPose(parameters, time: Double(index) * parameters.frameTime)
  }

  private func pixel(of point: HeartPoint, _ pose: HeartPose) -> Point {
    let (x, y) = pose.position(of: point)
    return sector.pixel(x: x, y: y)
  }
}

/// The simulation is made when the first frame is drawn: the truth alone does not need it.
private final class LazySimulation: Sendable {
  private let parameters: PhantomCine.Parameters
  private let sector: SectorGeometry
  private let made = Mutex<PhantomSimulation?>(nil)

  init(_ parameters: PhantomCine.Parameters, _ sector: SectorGeometry) {
    self.parameters = parameters
    self.sector = sector
  }

  var value: PhantomSimulation {
    made.withLock { made in
      if let made { return made }
      let simulation = PhantomSimulation(parameters, sector: sector)
      made = simulation
      return simulation
    }
  }
}

/// The heart of one frame.
struct HeartState: Sendable {
  var motion: HeartMotion
  var opening: Double
}

/// How the heart lies in the sector: a rigid motion and a scale.
struct HeartPose: Sendable {
  private let x: Double
  private let y: Double
  private let cosine: Double
  private let sine: Double
  private let scale: Double

  /// The usual lie, with the slow drift of breathing and of a hand that holds a probe.
  init(_ parameters: PhantomCine.Parameters, time: Double) {
    let seconds = time / 1000
    let swing = Double(parameters.seed % 7)
    let angle = (10.5 - parameters.rotation + 0.8 * sin(2.1 * seconds + swing)) * Double.pi / 180
    x = -5 + parameters.offset.x + 0.7 * sin(1.3 * seconds + swing)
    y = 32 + parameters.offset.y + 0.6 * sin(1.7 * seconds + 2 * swing)
    cosine = cos(angle)
    sine = sin(angle)
    scale = parameters.heartScale
  }

  @inline(__always)
  func heartPoint(x px: Double, y py: Double) -> HeartPoint {
    let dx = (px - x) / scale
    let dy = (py - y) / scale
    return HeartPoint(q: dx * cosine - dy * sine, z: dx * sine + dy * cosine)
  }

  func position(of point: HeartPoint) -> (x: Double, y: Double) {
    (
      x + scale * (point.q * cosine + point.z * sine),
      y + scale * (point.z * cosine - point.q * sine)
    )
  }
}

extension SectorGeometry {
  /// The sector is in the middle, a little below the top, where scanners put it.
  package init(_ parameters: PhantomCine.Parameters) {
    let half = parameters.sectorDegrees / 2 * Double.pi / 180
    let pitch = max(
      parameters.depth / (Double(parameters.rows) * 0.8),
      2 * parameters.depth * sin(half) / (Double(parameters.columns) * 0.92))
    self.init(
      rows: parameters.rows, columns: parameters.columns,
      spacing: parameters.spacing ?? PixelSpacing(x: pitch, y: pitch),
      apex: Point(x: Double(parameters.columns - 1) / 2, y: (Double(parameters.rows) * 0.06).rounded()),
      depth: parameters.depth, halfAngle: half, mirrored: parameters.mirrored)
  }
}

extension PhantomCine {
  /// The header of the loop as a DICOM object: the sector as a calibrated 2D region, R waves and heart rate.
  package func file(
    sopInstanceUID: String, studyInstanceUID: String, seriesInstanceUID: String, instanceNumber: Int = 1
  ) -> CineFile {
    var file = CineFile(
      sopInstanceUID: sopInstanceUID, studyInstanceUID: studyInstanceUID,
      seriesInstanceUID: seriesInstanceUID,
      rows: sector.rows, columns: sector.columns, frames: frames, timing: .frameTime(parameters.frameTime))
    file.regions = parameters.graphics ? [region, electrocardiogramRegion] : [region]
    file.rWaveTimes = rWaveTimes
    file.heartRate = Int(parameters.heartRate.rounded())
    file.viewCode = .apicalFourChamber
    file.attributes = CineFile.syntheticStudy
    file.attributes[0x0020_0013] = String(instanceNumber)
    if parameters.graphics { file.attributes[0x0028_0301] = "YES" }
    return file
  }

  /// Centimetres a pixel (units 3), tissue in 2D (PS3.3 C.8.5.5.1).
  private var region: ClipHeader.Region {
    let bounds = sector.bounds
    return ClipHeader.Region(
      spatialFormat: 1, dataType: 1, flags: 0, minX: bounds.minX, minY: bounds.minY, maxX: bounds.maxX,
      maxY: bounds.maxY, unitsX: 3, unitsY: 3, deltaX: spacing.x / 10, deltaY: spacing.y / 10)
  }

  /// The ECG strip: a waveform (spatial format 4, data type 10), seconds across.
  private var electrocardiogramRegion: ClipHeader.Region {
    let strip = PhantomGraphics(self).strip
    let seconds = Double(max(1, frames - 1)) * parameters.frameTime / 1000
    return ClipHeader.Region(
      spatialFormat: 4, dataType: 10, flags: 0, minX: strip.minX, minY: strip.minY, maxX: strip.maxX,
      maxY: strip.maxY, unitsX: 4, unitsY: 0, deltaX: seconds / Double(max(1, strip.maxX - strip.minX)),
      deltaY: 0)
  }
}
