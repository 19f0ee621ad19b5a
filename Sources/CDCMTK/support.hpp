/// What the C++ files share: DCMTK's one-time set-up and the way from an exception to an `hd_error`.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "hd_error.h"
#include "hd_reader.h"

class DcmFileFormat;
class OFCondition;

namespace hd {

/// Registers the decoders, silences DCMTK's logger and loads the dictionary; once a process, from any thread.
/// Throws `Failure` where the dictionary is missing.
void initialise();

/// A failure on its way to the C border.
class Failure : public std::exception {
 public:
  Failure(int code, std::string text) : code(code), text(std::move(text)) {}
  const char *what() const noexcept override { return text.c_str(); }

  const int code;
  const std::string text;
};

/// What DCMTK's condition means to a reader, as a failure whose sentence starts with `doing`.
Failure failure(const OFCondition &condition, const char *doing);

/// Throws where `condition` is bad.
void check(const OFCondition &condition, const char *doing);

/// The bytes of a file (PS3.10) in a transfer syntax, an `E_TransferSyntax`, with explicit lengths. Nothing is
/// deflated here: a data set of a deflated syntax comes as it is before that. `meta`, unless NULL, becomes how many of
/// the bytes come before the data set.
std::vector<uint8_t> encoded(DcmFileFormat &file, int transferSyntax, size_t *meta = nullptr);

/// Writes a code and a sentence; `error` may be NULL.
void report(hd_error *error, int code, const char *text);

/// Runs `body` at the C border: what it throws becomes an error, and `otherwise` is returned.
template <typename Result, typename Body>
Result guarded(hd_error *error, Result otherwise, Body body) {
  try {
    return body();
  } catch (const Failure &failure) {
    report(error, failure.code, failure.what());
  } catch (const std::bad_alloc &) {
    report(error, HD_TOO_LARGE, "The file needs more memory than it may have.");
  } catch (const std::exception &exception) {
    report(error, HD_CORRUPT, exception.what());
  } catch (...) {
    report(error, HD_CORRUPT, "DCMTK failed for an unknown reason.");
  }
  return otherwise;
}

}  // namespace hd
