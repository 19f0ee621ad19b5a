/// Writing DICOM Structured Reports (PS3.3 A.35): a tree of content items under a document's header.
///
/// What the report says is decided by the caller; this writes it down and refuses what the IOD does not allow.
/// The tree is put together from the root on: an item is added after the one before it, or as its first child
/// after `hd_report_enter`. Functions return 0, or a code that is not zero with the reason in `error`; after
/// an error the report can only be closed. Strings are UTF-8 and are copied.
#ifndef HD_REPORT_H
#define HD_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A document under construction. Used by one thread at a time.
typedef struct hd_report hd_report;

typedef enum {
  /// Comprehensive SR, 1.2.840.10008.5.1.4.1.1.88.33
  HD_REPORT_COMPREHENSIVE = 0,
  /// Comprehensive 3D SR, 1.2.840.10008.5.1.4.1.1.88.34
  HD_REPORT_COMPREHENSIVE_3D = 1,
  /// Key Object Selection Document, 1.2.840.10008.5.1.4.1.1.88.59
  HD_REPORT_KEY_OBJECTS = 2
} hd_report_kind;

/// How an item relates to its parent (PS3.3 C.17.3.2.4).
typedef enum {
  HD_CONTAINS = 0,
  HD_HAS_OBS_CONTEXT = 1,
  HD_HAS_ACQ_CONTEXT = 2,
  HD_HAS_CONCEPT_MOD = 3,
  HD_HAS_PROPERTIES = 4,
  HD_INFERRED_FROM = 5,
  HD_SELECTED_FROM = 6
} hd_relation;

typedef struct {
  const char *value;
  const char *scheme;
  const char *meaning;
} hd_code;

/// An image, some of its frames, or a segment of it (PS3.3 C.17.3.1: never both).
typedef struct {
  const char *sop_class_uid;
  const char *sop_instance_uid;
  /// 1-based, `frame_count` of them; none for all.
  const int *frames;
  size_t frame_count;
  /// Of a segmentation, 1-based; 0 for all.
  int segment;
} hd_image;

/// The document's own UIDs, and the study that it belongs to.
typedef struct {
  const char *study_uid;
  const char *series_uid;
  const char *instance_uid;
} hd_report_identity;

/// NULL where the kind is unknown to DCMTK, a UID is not valid or the DICOM dictionary is missing.
hd_report *hd_report_open(hd_report_kind kind, const hd_report_identity *identity, hd_error *error);
void hd_report_close(hd_report *report);

/// Sets an attribute of the top level by its keyword, for instance `PatientName`, replacing what is there.
int hd_report_set(hd_report *report, const char *keyword, const char *value, hd_error *error);

/// Names an instance of `study_uid` that the report rests on (Current Requested Procedure Evidence).
int hd_report_add_evidence(
    hd_report *report, const char *study_uid, const char *series_uid, const char *sop_class_uid,
    const char *sop_instance_uid, hd_error *error);

/// Names a document that this one takes the place of (Predecessor Documents Sequence, PS3.3 C.17.2).
int hd_report_add_predecessor(
    hd_report *report, const char *study_uid, const char *series_uid, const char *sop_class_uid,
    const char *sop_instance_uid, hd_error *error);

/// Adds a person who answers for the document, which is VERIFIED then (Verifying Observer Sequence). `time` is a DT
/// with its offset from UTC. Only what is complete can be verified.
int hd_report_verify(
    hd_report *report, const char *observer, const char *organization, const char *time, hd_error *error);

/// The first item added is the root: a container. `template_id` (of DCMR) may be NULL.
int hd_report_add_container(
    hd_report *report, hd_relation relation, hd_code name, const char *template_id, hd_error *error);
int hd_report_add_code(
    hd_report *report, hd_relation relation, hd_code name, hd_code value, hd_error *error);
int hd_report_add_text(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error);
/// `value` is a person name (PN): at most 64 characters, in components.
int hd_report_add_person(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error);
int hd_report_add_uid(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_error *error);
/// `value` is a decimal string of at most 16 characters (DS).
int hd_report_add_number(
    hd_report *report, hd_relation relation, hd_code name, const char *value, hd_code unit, hd_error *error);
/// `name` is NULL where the image needs none.
int hd_report_add_image(
    hd_report *report, hd_relation relation, const hd_code *name, hd_image image, hd_error *error);
/// Spatial coordinates: `count` pairs of column and row, the outer corner of the top left pixel being (0, 0)
/// (PS3.3 C.18.6). One pair is a POINT, more are a POLYLINE.
int hd_report_add_points(
    hd_report *report, hd_relation relation, hd_code name, const float *points, size_t count, hd_error *error);

/// The next item becomes the first child of the last one.
int hd_report_enter(hd_report *report, hd_error *error);
/// The next item comes after the parent of the last one.
int hd_report_leave(hd_report *report, hd_error *error);

/// The document as a DICOM file, Explicit VR Little Endian; the bytes belong to the report. `complete` sets
/// CompletionFlag; it is UNVERIFIED unless somebody was added who verifies it. A report is encoded once.
int hd_report_encode(
    hd_report *report, int complete, const uint8_t **bytes, size_t *count, hd_error *error);

#ifdef __cplusplus
}
#endif

#endif
