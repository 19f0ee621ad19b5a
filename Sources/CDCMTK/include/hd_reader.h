/// Reading: the elements of a DICOM file by keyword, and its frames as gray pictures, one at a time.
#ifndef HD_READER_H
#define HD_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hd_error.h"

#ifdef __cplusplus
extern "C" {
#endif

/// `hd_error.code` of the reading functions.
typedef enum {
  HD_NOT_DICOM = 1,
  HD_TRUNCATED = 2,
  HD_CORRUPT = 3,
  HD_TOO_LARGE = 4,
  HD_UNREADABLE = 5,
  HD_UNSUPPORTED_TRANSFER_SYNTAX = 6,
  HD_UNSUPPORTED_PIXELS = 7,
} hd_read_status;

/// An open file. Used by one thread at a time; several readers may be used by several threads.
typedef struct hd_reader hd_reader;

/// What is refused before anything is allocated for it.
typedef struct {
  uint64_t max_pixels;  ///< Rows x Columns
  uint64_t max_frames;
  uint64_t max_total_pixels;  ///< Rows x Columns x NumberOfFrames
} hd_limits;

/// What the first file would have to wait for: DCMTK's dictionary and decoders, and where in it names are found. False
/// and an error where the dictionary is missing.
bool hd_prepare_reader(hd_error *error);

/// Opens a file and parses it to its end. Long values, pixels among them, stay on disk until they are asked for,
/// so the file has to stay where it is. NULL and an error where it is no DICOM file or ends early.
hd_reader *hd_open(const char *path, hd_error *error);
void hd_close(hd_reader *reader);

/// The StudyInstanceUID (0020,000D) of a file that `hd_open` refuses, into `uid`, which holds `capacity` bytes. False
/// where the file cannot be parsed as far as there.
bool hd_stated_study(const char *path, char *uid, size_t capacity);

/// The value of an element as UTF-8, its values separated by backslashes; numbers are written in decimal. NULL
/// where it is absent, empty or no text. `path` is a keyword of the data dictionary, within items: "Rows",
/// "ViewCodeSequence[0].CodeValue".
/// The bytes belong to the reader and last until its next call. Bytes that the file's character set does not
/// explain are given unchanged, so the result may not be UTF-8.
const char *hd_text(hd_reader *reader, const char *path);

/// How many frames there are: NumberOfFrames, or fewer where fewer are stored, or as many as are stored where it is
/// absent. 0 where NumberOfFrames is no positive number. `stated` is NumberOfFrames; 0 where it is absent.
uint32_t hd_frame_count(hd_reader *reader, uint32_t *stated);

/// The number of items of a sequence; 0 where it is absent.
size_t hd_item_count(hd_reader *reader, const char *path);

/// TransferSyntaxUID as the file meta information gives it, or that by which the file was parsed.
const char *hd_transfer_syntax(hd_reader *reader);

/// Whether PixelData (7FE0,0010) is there and not empty.
bool hd_has_pixel_data(hd_reader *reader);

/// Checks that the frames can be decoded and are all there: transfer syntax, photometric interpretation,
/// dimensions, limits, fragments, palette. Has to succeed before `hd_read_frame`.
bool hd_prepare_frames(hd_reader *reader, const hd_limits *limits, hd_error *error);

/// Decodes one frame (0-based, in any order) to luma, rows x columns, 0 to 255, into `gray`, which holds
/// `capacity` bytes. `chroma` may be NULL; else the blue and then the red chroma are written there (YBR_FULL, 128
/// where there is no colour), each (rows + 1) / 2 x (columns + 1) / 2, the means of two by two pixels.
/// Under a colour map (a B-mode picture shown in sepia, say) luma is the brightness before the map, as near as the
/// picture tells it.
bool hd_read_frame(hd_reader *reader, uint32_t frame, uint8_t *gray, size_t capacity, uint8_t *chroma,
                   size_t chroma_capacity, hd_error *error);

#ifdef __cplusplus
}
#endif

#endif
