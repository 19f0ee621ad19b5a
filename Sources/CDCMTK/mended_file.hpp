/// Files that DCMTK cannot parse, or would misread, and a careful reader can.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hd {

/// What became of the file, beside its bytes.
struct MendedFile {
  /// A whole file (PS3.10) that says the same and that DCMTK parses. Elements of odd groups are left out.
  std::vector<uint8_t> bytes;
  /// The file ends where pixel data have neither a next fragment nor an end; all fragments before are whole.
  bool endsWithoutDelimiter = false;
};

/// Rewrites the file, element by element: standard elements of VR UN get the dictionary's VR (PS3.5 6.2.2), items
/// in another encoding than the file's are put into that, private sequences are skipped by their delimiters, fragments
/// of odd length become even, filling between fragments and behind the pixel data is dropped.
/// Little endian files that are not deflated only; nullopt for all others, and for what it cannot explain either.
/// Throws `HD_TRUNCATED` where a value reaches beyond the end of the file.
std::optional<MendedFile> mendedFile(const std::vector<uint8_t> &file);

}  // namespace hd
