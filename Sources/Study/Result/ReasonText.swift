import Hinge

/// Reason codes in plain words, for people: what was found, and what can be done where something can.
package enum ReasonText {
  /// One sentence.
  package static func sentence(_ reason: ReasonCode) -> String { entry(reason).sentence }

  /// One sentence, where there is something to do.
  package static func remedy(_ reason: ReasonCode) -> String? { entry(reason).remedy }

  /// Both, one after the other.
  package static func whole(_ reason: ReasonCode) -> String {
    [sentence(reason), remedy(reason)].compactMap { $0 }.joined(separator: " ")
  }

  /// What a person is asked to do about a measurement, and why, in a sentence.
  package static func call(for reasons: [String]) -> String {
    let call = Attention(reasons).words ?? "to be reviewed"
    return ([call.prefix(1).uppercased() + call.dropFirst()] + reasons.map(words(review:))).joined(
      separator: "; ")
      + "."
  }

  /// Why a person should look at a measurement, in a few words; a code that is not known stays as it is.
  package static func words(review code: String) -> String {
    if let doubt = ClipDoubt(rawValue: code) { return doubt.words }
    if code == StudyMeasures.driftNotRemoved {
      return "no beat is whole, so the picture's drift is not removed"
    }
    if code == StudyMeasures.clipsDisagree {
      return "another clip of the view gives another annulus or another ventricle"
    }
    if code == ReasonCode.implausible.rawValue {
      return "what changes from end diastole to end systole is not possible"
    }
    return switch ReviewReason(rawValue: code) {
    case .fragmentedVentricle: "the left ventricle's outline is in pieces"
    case .fragmentedAtrium: "the left atrium's outline is in pieces"
    case .leak: "a leak into a neighbouring chamber was cut off"
    case .wideGap: "ventricle and atrium do not touch"
    case .longContact: "the hinge points, or the ends of the contact, lie too far apart for an annulus"
    case .shortContact: "the hinge points, or the ends of the contact, lie too close together for an annulus"
    case .atriumNotBelow: "the atrium does not lie below the ventricle"
    case .steepContact: "the annulus is steep"
    case .chamberAtEdge: "a chamber is cut by the sector's edge"
    case .uncertainLabels: "the outline is uncertain at a hinge point"
    case .uncertainPoints: "a hinge point may be off by more than 5 mm"
    case .lowConfidence: "a hinge point is more likely off by more than 5 mm than not"
    case .crossedPoints: "the left hinge point lies right of the right one"
    case .pointsDisagree: "the outline and the landmark place a hinge point far apart"
    case .unsteady: "a hinge point is not where the frames before and after have it"
    case nil: code
    }
  }

  /// Codes that `words(review:)` has words for and that are no reason codes.
  package static var reviewCodes: [String] {
    ClipDoubt.allCases.map(\.rawValue) + ReviewReason.allCases.map(\.rawValue) + StudyMeasures.reviewReasons
  }

  private static func entry(_ reason: ReasonCode) -> (sentence: String, remedy: String?) {
    switch reason {
    case .notDICOM: ("The file is not a DICOM file.", nil)
    case .notUltrasound: ("The object is not an ultrasound image.", nil)
    case .notAnImage: ("The object has no picture: a report, a directory or another document.", nil)
    case .stillImage: ("The image is a single frame, not a cine.", "Send the cine of the same view.")
    case .colourDoppler: ("Colour flow is drawn over the picture.", "Send the same view without colour flow.")
    case .spectralDoppler: ("The image is a spectral Doppler recording.", nil)
    case .mMode: ("The image is an M-mode recording.", nil)
    case .no2DRegion:
      (
        "The file states no region with a two-dimensional picture.",
        "Export the clip as the scanner stored it."
      )
    case .notApical: ("The view is not an apical one that shows left ventricle and left atrium.", nil)
    case .noFullBeat: ("The clip does not hold a whole heartbeat.", "Send a longer clip.")
    case .noVentricle: ("The left ventricle was not found.", nil)
    case .noAtrium:
      ("The left atrium was not found or is cut off.", "Include the left atrium in the picture.")
    case .noContact: ("Left ventricle and left atrium do not meet, so the annulus was not found.", nil)
    case .atSectorEdge:
      ("A hinge point lies at the edge of the ultrasound sector.", "Centre the mitral valve in the sector.")
    case .lowConfidence:
      ("The hinge points are too uncertain to report a number.", "Measure this clip by hand.")
    case .longContact:
      ("The hinge points lie farther apart than those of an annulus.", "Measure this clip by hand.")
    case .atriumNotBelow:
      ("The left atrium does not lie below the left ventricle.", "Measure this clip by hand.")
    case .crossedPoints:
      ("The left hinge point came out right of the right one.", "Measure this clip by hand.")
    case .unsupportedTransferSyntax:
      (
        "The pixels are compressed in a way that is not supported.",
        "Export uncompressed, JPEG baseline or RLE."
      )
    case .unsupportedPixels: ("The pixels are stored in a form that is not supported.", nil)
    case .truncated: ("The file ends before its content does.", "Send the file again.")
    case .corrupt: ("The file contradicts itself and cannot be read.", "Send the file again.")
    case .tooLarge: ("The file is larger than the configured limits allow.", nil)
    case .unreadable: ("The file could not be read.", "Check the file's permissions and the disk.")
    case .decoderCrashed: ("Decoding the file failed; the file is kept aside.", nil)
    case .decoderTimeout: ("Decoding the file took longer than it may; the file is kept aside.", nil)
    case .invalidUID: ("The file states no valid Study or SOP Instance UID.", nil)
    case .identityConflict:
      ("Files of this study name different patients.", "Correct the files and send the study again.")
    case .uidConflict: ("Two different files carry the same SOP Instance UID.", "Send the right file again.")
    case .duplicate: ("The same file was received before.", nil)
    case .superseded: ("A later copy of the same instance, with the same pixels, was used.", nil)
    case .ownResult: ("The file is a result of this program, which came back.", nil)
    case .unpacked: ("The file is an archive; each file in it has an end of its own.", nil)
    case .archiveNotReadable:
      ("The file is an archive that cannot be taken apart.", "Unpack it, and send what is in it.")
    case .notAFile: ("It is a link, a pipe or a device and is not opened.", "Name the file itself.")
    case .internalError: ("The program failed on this clip; the file is kept.", "Report it with the log.")
    case .noCalibration: ("The file states no trustworthy pixel size, so there are no millimetres.", nil)
    case .regionOutsideImage:
      ("A stated region reaches outside the image, so its pixel size is not trusted.", nil)
    case .viewNotEstablished:
      (
        "Which apical view a clip shows is not established, and the number depends on it.",
        "State the view with --view or with a view rule of the configuration."
      )
    case .noClipOfView: ("No clip of the study shows the view that the number needs.", nil)
    case .lengthsDiffer:
      (
        "The chamber's lengths in the two views differ by more than 10 %.",
        "Check both views for foreshortening."
      )
    case .assumedFrameTime:
      ("The file states no possible frame time, and the number depends on it.", nil)
    case .tooFewFrames: ("Too few frames of the beat could be measured.", nil)
    case .implausible: ("The number that comes out is not a possible one.", "Measure this clip by hand.")
    case .noBodySize:
      (
        "The files do not state the patient's height and weight, and the number is by body surface area.",
        "Enter height and weight on the scanner."
      )
    case .earlierVersion:
      (
        "The clip was measured by an earlier version, which did not take this number.",
        "Process the study again."
      )
    case .stageTimeout:
      ("A stage of the work took longer than it may.", "Raise stage_seconds, or measure the study by hand.")
    case .gaveUp:
      ("The work on the study was begun several times and never ended.", "Report it with the log.")
    case .rejectedByReader: ("A reader rejected the clip's numbers.", nil)
    case .frameChosenByReader:
      (
        "A reader chose the frame or set the points where no outline of the chamber is kept.",
        "Measure the chamber by hand."
      )
    case .correctionRefused:
      ("The reader's correction cannot be applied.", "Correct the latest result of the study again.")
    }
  }
}
