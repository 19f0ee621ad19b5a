/// Texts in the character sets of PS3.3 C.12.1.1.2, as UTF-8. DCMTK, over the C library's iconv, lacks the code
/// extensions with two bytes a character (PS3.5 6.1.2.5, Annexes H to K).
#pragma once

#include <optional>
#include <string>

namespace hd {

/// The text as UTF-8; nullopt where the character set does not explain it.
/// @param characterSet the values of Specific Character Set (0008,0005), separated by backslashes.
std::optional<std::string> toUTF8(const std::string &text, const std::string &characterSet);

}  // namespace hd
