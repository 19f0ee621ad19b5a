#include "character_set.hpp"

#include <iconv.h>

#include <cerrno>
#include <cstdint>
#include <vector>

namespace hd {

namespace {

/// A set of characters as PS3.3 C.12.1.1.2 registers it.
struct CodedSet {
  /// Of the registration: the digits of its defined terms, ISO_IR and ISO 2022 IR alike.
  const char *registration;
  /// Its name for iconv.
  const char *name;
  /// What follows ESC to designate it; nullptr for the sets that are not designated.
  const char *escape;
  /// Whether it is designated to G1, whose bytes have their highest bit set, else to G0.
  bool isHigh;
  int bytes;
};

/// PS3.3 tables C.12-2 to C.12-4. A set of G0 with two bytes is given by its bytes with the highest bit set, which is
/// how the EUC encodings have it. Half-width katakana are single bytes of Shift JIS; Latin letters beside them count as
/// ASCII, since they have the yen sign in place of the backslash, which separates values.
constexpr CodedSet sets[] = {
    {"6", "ASCII", "(B", false, 1},          {"100", "ISO-8859-1", "-A", true, 1},
    {"101", "ISO-8859-2", "-B", true, 1},    {"109", "ISO-8859-3", "-C", true, 1},
    {"110", "ISO-8859-4", "-D", true, 1},    {"144", "ISO-8859-5", "-L", true, 1},
    {"127", "ISO-8859-6", "-G", true, 1},    {"126", "ISO-8859-7", "-F", true, 1},
    {"138", "ISO-8859-8", "-H", true, 1},    {"148", "ISO-8859-9", "-M", true, 1},
    {"203", "ISO-8859-15", "-b", true, 1},   {"166", "TIS-620", "-T", true, 1},
    {"13", "SHIFT_JIS", ")I", true, 1},      {"14", "ASCII", "(J", false, 1},
    {"87", "EUC-JP", "$B", false, 2},        {"159", "EUC-JP", "$(D", false, 2},
    {"149", "EUC-KR", "$)C", true, 2},       {"58", "GB2312", "$)A", true, 2},
    {"192", "UTF-8", nullptr, true, 0},      {"GB18030", "GB18030", nullptr, true, 0},
    {"GBK", "GBK", nullptr, true, 0},
};

const CodedSet &ascii = sets[0];
const CodedSet &supplementaryKanji = sets[15];

std::optional<std::string> converted(const std::string &bytes, const char *from) {
  const iconv_t converter = iconv_open("UTF-8", from);
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string text(bytes.size() * 4 + 4, '\0');
  char *in = const_cast<char *>(bytes.data());
  char *out = &text[0];
  size_t inLeft = bytes.size();
  size_t outLeft = text.size();
  const bool isWhole = iconv(converter, &in, &inLeft, &out, &outLeft) != static_cast<size_t>(-1) && inLeft == 0;
  iconv_close(converter);
  if (!isWhole) return std::nullopt;
  text.resize(text.size() - outLeft);
  return text;
}

/// "ISO_IR 100", "ISO 2022 IR 100" and misspellings such as "ISO IR 100" are 100; GB18030 and GBK are themselves.
const CodedSet *setOf(const std::string &term) {
  std::string letters;
  for (const char c : term) {
    if (c >= '0' && c <= '9') letters += c;
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) letters += static_cast<char>(c & ~0x20);
  }
  for (const char *prefix : {"ISO2022IR", "ISOIR"}) {
    if (letters.rfind(prefix, 0) == 0) letters = letters.substr(std::string(prefix).size());
  }
  if (letters == "UTF8") letters = "192";
  for (const CodedSet &set : sets) {
    if (letters == set.registration) return &set;
  }
  return nullptr;
}

std::vector<std::string> values(const std::string &text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '\\') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

/// A text in a set that may change within it (ISO/IEC 2022).
class ExtendedText {
 public:
  ExtendedText(const std::string &text, const CodedSet &low, const CodedSet *high)
      : text(text), initialLow(&low), initialHigh(high), low(&low), high(high) {}

  std::optional<std::string> asUTF8() {
    while (at < text.size()) {
      if (text[at] == '\x1B') {
        if (!flush() || !designate()) return std::nullopt;
      } else if (!takeCharacter()) {
        return std::nullopt;
      }
    }
    if (!flush()) return std::nullopt;
    return result;
  }

 private:
  bool designate() {
    for (const CodedSet &set : sets) {
      if (set.escape == nullptr || text.compare(at + 1, std::string(set.escape).size(), set.escape) != 0) continue;
      (set.isHigh ? high : low) = &set;
      at += 1 + std::string(set.escape).size();
      return true;
    }
    return false;
  }

  bool takeCharacter() {
    const bool isHigh = (text[at] & 0x80) != 0;
    const auto byte = static_cast<uint8_t>(text[at]);
    const bool isControl = byte < 0x20;
    const CodedSet *set = isHigh ? high : isControl ? &ascii : low;
    if (set == nullptr) return false;
    const auto count = static_cast<size_t>(set->bytes);
    if (at + count > text.size()) return false;
    if (set != current && !flush()) return false;
    current = set;
    if (set == &supplementaryKanji) pending += '\x8F';
    for (size_t i = 0; i < count; ++i) pending += static_cast<char>(text[at + i] | (count == 2 ? 0x80 : 0));
    at += count;
    if (count == 1 && !isHigh && isDelimiter(byte)) return flush() && reset();
    return true;
  }

  /// Before and after these the sets are those that a text starts with: PS3.5 6.1.2.5.3.
  static bool isDelimiter(uint8_t c) {
    return c == '\\' || c == '^' || c == '=' || c == '\n' || c == '\r' || c == '\f' || c == '\t';
  }

  bool reset() {
    low = initialLow;
    high = initialHigh;
    return true;
  }

  bool flush() {
    if (pending.empty()) return true;
    const auto more = converted(pending, current->name);
    if (!more) return false;
    result += *more;
    pending.clear();
    return true;
  }

  const std::string &text;
  const CodedSet *const initialLow;
  const CodedSet *const initialHigh;
  const CodedSet *low;
  const CodedSet *high;
  /// The set of `pending`, which is not converted yet.
  const CodedSet *current = nullptr;
  std::string pending;
  std::string result;
  size_t at = 0;
};

bool isASCII(const std::string &text) {
  for (const char c : text) {
    if ((c & 0x80) != 0 || c == '\x1B') return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> toUTF8(const std::string &text, const std::string &characterSet) {
  if (isASCII(text)) return text;
  const std::vector<std::string> terms = values(characterSet);
  const CodedSet *first = setOf(terms.front());
  if (first == nullptr && terms.front().find_first_not_of(' ') != std::string::npos) return std::nullopt;
  if (first != nullptr && first->escape == nullptr) return converted(text, first->name);
  // A two-byte set with no other set before it is designated by an escape as a rule, but not by every program.
  const CodedSet *high = first != nullptr && first->isHigh ? first : nullptr;
  for (const std::string &term : terms) {
    const CodedSet *set = setOf(term);
    if (high == nullptr && set != nullptr && set->isHigh && set->escape != nullptr) high = set;
  }
  return ExtendedText(text, ascii, high).asUTF8();
}

}  // namespace hd
