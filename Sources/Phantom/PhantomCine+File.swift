import Clips
import Hinge

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
