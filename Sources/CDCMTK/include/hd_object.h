/// Writing DICOM objects attribute by attribute: everything of the file that comes before its PixelData.
///
/// Which attributes an object has is decided by the caller; this encodes them. The data set is put together from
/// the top: `hd_object_enter` appends an item to a sequence and goes into it, `hd_object_leave` comes back.
/// Functions return 0, or a code that is not zero with the reason in `error`. Strings are UTF-8 and are copied.
#ifndef HD_OBJECT_H
#define HD_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A data set under construction. Used by one thread at a time.
typedef struct hd_object hd_object;

typedef enum {
  HD_OBJECT_EXPLICIT_LITTLE_ENDIAN = 0,
  /// JPEG Baseline (Process 1): the data set is as in Explicit VR Little Endian, its pixels are encapsulated.
  HD_OBJECT_JPEG_BASELINE = 1,
  /// Deflated Explicit VR Little Endian: the caller deflates what comes behind the file meta information.
  HD_OBJECT_DEFLATED = 2
} hd_object_transfer;

/// NULL where the DICOM dictionary is missing.
hd_object *hd_object_open(hd_error *error);
void hd_object_close(hd_object *object);

/// Sets an attribute of the current item by its keyword: several values are separated by backslashes, numbers are
/// written in decimal, tags as `(gggg,eeee)`. An empty text leaves the attribute without a value.
int hd_object_set(hd_object *object, const char *keyword, const char *value, hd_error *error);

/// Sets an attribute of bytes (OB) of the current item by its keyword; `count` is even.
int hd_object_set_bytes(
    hd_object *object, const char *keyword, const uint8_t *bytes, size_t count, hd_error *error);

/// Appends an item to the sequence `keyword` of the current item; it becomes the current one.
int hd_object_enter(hd_object *object, const char *keyword, hd_error *error);
int hd_object_leave(hd_object *object, hd_error *error);

/// The preamble, the file meta information and the data set, without PixelData, in Explicit VR Little Endian; the
/// bytes belong to the object. The meta information names `transfer`; `meta` is how many of the bytes come before the
/// data set. An object is encoded once.
int hd_object_encode(
    hd_object *object, hd_object_transfer transfer, const uint8_t **bytes, size_t *count, size_t *meta,
    hd_error *error);

#ifdef __cplusplus
}
#endif

#endif
