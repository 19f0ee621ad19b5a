#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hd_report.h"
#include "support.hpp"

namespace {

/// DCMTK refuses to refer to UIDs that are against the letter of PS3.5 9.1, as those of many de-identified files are
/// (a component with a leading zero). A reference to them is still the only true one.
constexpr OFBool unchecked = OFFalse;

/// A failure that is not DCMTK's; the text names what was being done, never a value.
hd::Failure refusal(const char *text) { return hd::Failure(HD_CORRUPT, text); }

/// Runs `body` at the C border; 0 where it throws nothing.
template <typename Body>
int guarded(hd_error *error, Body body) {
  return hd::guarded(error, 1, [&] {
    body();
    return 0;
  });
}

DSRTypes::E_RelationshipType relationship(hd_relation relation) {
  switch (relation) {
    case HD_CONTAINS: return DSRTypes::RT_contains;
    case HD_HAS_OBS_CONTEXT: return DSRTypes::RT_hasObsContext;
    case HD_HAS_ACQ_CONTEXT: return DSRTypes::RT_hasAcqContext;
    case HD_HAS_CONCEPT_MOD: return DSRTypes::RT_hasConceptMod;
    case HD_HAS_PROPERTIES: return DSRTypes::RT_hasProperties;
    case HD_INFERRED_FROM: return DSRTypes::RT_inferredFrom;
    case HD_SELECTED_FROM: return DSRTypes::RT_selectedFrom;
  }
  throw refusal("unknown relationship");
}

DSRTypes::E_DocumentType documentType(hd_report_kind kind) {
  switch (kind) {
    case HD_REPORT_COMPREHENSIVE: return DSRTypes::DT_ComprehensiveSR;
    case HD_REPORT_COMPREHENSIVE_3D: return DSRTypes::DT_Comprehensive3DSR;
    case HD_REPORT_KEY_OBJECTS: return DSRTypes::DT_KeyObjectSelectionDocument;
  }
  throw refusal("unknown kind of report");
}

DSRCodedEntryValue code(const hd_code &code) {
  return DSRCodedEntryValue(code.value, code.scheme, code.meaning);
}

}  // namespace

struct hd_report {
  DSRDocument document;
  std::string seriesUID;
  std::string instanceUID;
  std::vector<std::pair<std::string, std::string>> attributes;
  struct Verification {
    std::string observer, organization, time;
  };
  std::vector<Verification> verifications;
  /// How deep the cursor is below the root's level, and whether the next item goes below the current one.
  int depth = 0;
  bool below = false;
  std::vector<uint8_t> encoded;

  /// Adds an item at the cursor; it is the tree's current item afterwards.
  DSRContentItem &add(hd_relation relation, DSRTypes::E_ValueType type, const hd_code *name) {
    DSRDocumentTree &tree = document.getTree();
    const bool root = tree.isEmpty();
    if (!root && depth == 0 && !below) throw refusal("a report has one root");
    const size_t node = tree.addContentItem(
        root ? DSRTypes::RT_isRoot : relationship(relation), type,
        below ? DSRTypes::AM_belowCurrent : DSRTypes::AM_afterCurrent);
    if (node == 0) throw refusal("the document type does not allow this item here");
    if (below) depth += 1;
    below = false;
    DSRContentItem &item = tree.getCurrentContentItem();
    if (name != nullptr) hd::check(item.setConceptName(code(*name)), "concept name");
    return item;
  }

  void enter() {
    if (document.getTree().isEmpty() || below) throw refusal("there is no item to enter");
    below = true;
  }

  void leave() {
    if (below) {
      below = false;
      return;
    }
    if (depth == 0 || document.getTree().goUp() == 0) throw refusal("there is no item to leave");
    depth -= 1;
  }

  /// DCMTK invents UIDs and the time of creation; the caller's take their place.
  void writeHeader(DcmDataset &dataset) const {
    hd::check(dataset.putAndInsertString(DCM_SeriesInstanceUID, seriesUID.c_str()), "SeriesInstanceUID");
    hd::check(dataset.putAndInsertString(DCM_SOPInstanceUID, instanceUID.c_str()), "SOPInstanceUID");
    dataset.findAndDeleteElement(DCM_InstanceCreatorUID);
    dataset.findAndDeleteElement(DCM_InstanceCreationDate);
    dataset.findAndDeleteElement(DCM_InstanceCreationTime);
    for (const auto &[keyword, value] : attributes) {
      DcmTag tag;
      hd::check(DcmTag::findTagFromName(keyword.c_str(), tag), keyword.c_str());
      hd::check(dataset.putAndInsertOFStringArray(tag, OFString(value.c_str(), value.size())), keyword.c_str());
    }
    // ASCII needs no character set, and older readers know no UTF-8.
    if (!dataset.containsExtendedCharacters()) dataset.findAndDeleteElement(DCM_SpecificCharacterSet);
  }

  /// The bytes of the file.
  void encode(bool complete) {
    if (complete) hd::check(document.completeDocument(), "completing the document");
    for (const Verification &by : verifications) {
      // DCMTK takes no offset from UTC in a DT for valid, which PS3.5 6.2 allows.
      hd::check(
          document.verifyDocument(
              OFString(by.observer.c_str()), OFString(by.organization.c_str()), OFString(by.time.c_str()),
              unchecked),
          "verifying the document");
    }
    DcmFileFormat file;
    hd::check(document.write(*file.getDataset()), "writing the document tree");
    writeHeader(*file.getDataset());
    encoded = hd::encoded(file, EXS_LittleEndianExplicit);
  }
};

hd_report *hd_report_open(hd_report_kind kind, const hd_report_identity *identity, hd_error *error) {
  hd_report *report = nullptr;
  const int failed = guarded(error, [&] {
    hd::initialise();
    report = new hd_report;
    DSRDocument &document = report->document;
    hd::check(document.createNewDocument(documentType(kind)), "document type");
    hd::check(document.createNewSeriesInStudy(identity->study_uid, unchecked), "StudyInstanceUID");
    hd::check(document.setSpecificCharacterSetType(DSRTypes::CS_UTF8), "character set");
    report->seriesUID = identity->series_uid;
    report->instanceUID = identity->instance_uid;
  });
  if (failed == 0) return report;
  delete report;
  return nullptr;
}

void hd_report_close(hd_report *report) { delete report; }

int hd_report_set(hd_report *report, const char *keyword, const char *value, hd_error *error) {
  return guarded(error, [&] { report->attributes.emplace_back(keyword, value); });
}

int hd_report_add_evidence(
    hd_report *report, const char *study_uid, const char *series_uid, const char *sop_class_uid,
    const char *sop_instance_uid, hd_error *error) {
  return guarded(error, [&] {
    DSRSOPInstanceReferenceList &evidence = report->document.getCurrentRequestedProcedureEvidence();
    hd::check(evidence.addItem(study_uid, series_uid, sop_class_uid, sop_instance_uid, unchecked), "evidence");
  });
}

int hd_report_add_predecessor(
    hd_report *report, const char *study_uid, const char *series_uid, const char *sop_class_uid,
    const char *sop_instance_uid, hd_error *error) {
  return guarded(error, [&] {
    DSRSOPInstanceReferenceList &predecessors = report->document.getPredecessorDocuments();
    hd::check(
        predecessors.addItem(study_uid, series_uid, sop_class_uid, sop_instance_uid, unchecked), "predecessor");
  });
}

int hd_report_verify(
    hd_report *report, const char *observer, const char *organization, const char *time, hd_error *error) {
  return guarded(error, [&] { report->verifications.push_back({observer, organization, time}); });
}

int hd_report_add_container(
    hd_report *report, hd_relation relation, hd_code name, const char *template_id, hd_error *error) {
  return guarded(error, [&] {
    DSRContentItem &item = report->add(relation, DSRTypes::VT_Container, &name);
    if (template_id != nullptr) hd::check(item.setTemplateIdentification(template_id, "DCMR"), "template");
  });
}

int hd_report_add_code(
    hd_report *report, hd_relation relation, hd_code name, hd_code value, hd_error *error) {
  return guarded(error, [&] {
    hd::check(report->add(relation, DSRTypes::VT_Code, &name).setCodeValue(code(value)), "code");
  });
}

int hd_report_add_text(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error) {
  return guarded(error, [&] {
    hd::check(report->add(relation, DSRTypes::VT_Text, &name).setStringValue(value), "text");
  });
}

int hd_report_add_person(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error) {
  return guarded(error, [&] {
    hd::check(report->add(relation, DSRTypes::VT_PName, &name).setStringValue(value), "person name");
  });
}

int hd_report_add_uid(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error) {
  return guarded(error, [&] {
    hd::check(report->add(relation, DSRTypes::VT_UIDRef, &name).setStringValue(value), "UID reference");
  });
}

int hd_report_add_number(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_code unit,
    hd_error *error) {
  return guarded(error, [&] {
    DSRContentItem &item = report->add(relation, DSRTypes::VT_Num, &name);
    hd::check(item.setNumericValue(DSRNumericMeasurementValue(value, code(unit))), "number");
  });
}

int hd_report_add_image(
    hd_report *report, hd_relation relation, const hd_code *name, hd_image image, hd_error *error) {
  return guarded(error, [&] {
    DSRContentItem &item = report->add(relation, DSRTypes::VT_Image, name);
    DSRImageReferenceValue reference(image.sop_class_uid, image.sop_instance_uid, unchecked);
    for (size_t index = 0; index < image.frame_count; ++index) {
      reference.getFrameList().addItem(image.frames[index]);
    }
    if (image.segment > 0) reference.getSegmentList().addItem(static_cast<Uint16>(image.segment));
    hd::check(item.setImageReference(reference, unchecked), "image reference");
  });
}

int hd_report_add_points(
    hd_report *report, hd_relation relation, hd_code name, const float *points, size_t count,
    hd_error *error) {
  return guarded(error, [&] {
    DSRContentItem &item = report->add(relation, DSRTypes::VT_SCoord, &name);
    DSRSpatialCoordinatesValue value(count == 1 ? DSRTypes::GT_Point : DSRTypes::GT_Polyline);
    for (size_t index = 0; index < count; ++index) {
      value.getGraphicDataList().addItem(points[2 * index], points[2 * index + 1]);
    }
    hd::check(item.setSpatialCoordinates(value), "spatial coordinates");
  });
}

int hd_report_enter(hd_report *report, hd_error *error) {
  return guarded(error, [&] { report->enter(); });
}

int hd_report_leave(hd_report *report, hd_error *error) {
  return guarded(error, [&] { report->leave(); });
}

int hd_report_encode(
    hd_report *report, int complete, const uint8_t **bytes, size_t *count, hd_error *error) {
  return guarded(error, [&] {
    report->encode(complete != 0);
    *bytes = report->encoded.data();
    *count = report->encoded.size();
  });
}
