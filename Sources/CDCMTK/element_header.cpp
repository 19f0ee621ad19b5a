#include "element_header.hpp"

#include "dcmtk/config/osconfig.h"

#include <algorithm>
#include <iterator>

#include "dcmtk/dcmdata/dctag.h"

namespace hd {

namespace {

constexpr uint16_t longForms[] = {
    vrCode('O', 'B'), vrCode('O', 'D'), vrCode('O', 'F'), vrCode('O', 'L'), vrCode('O', 'V'),
    vrCode('O', 'W'), vrCode('S', 'Q'), vrCode('S', 'V'), vrCode('U', 'C'), vrCode('U', 'N'),
    vrCode('U', 'R'), vrCode('U', 'T'), vrCode('U', 'V'),
};
constexpr uint16_t shortForms[] = {
    vrCode('A', 'E'), vrCode('A', 'S'), vrCode('A', 'T'), vrCode('C', 'S'), vrCode('D', 'A'), vrCode('D', 'S'),
    vrCode('D', 'T'), vrCode('F', 'D'), vrCode('F', 'L'), vrCode('I', 'S'), vrCode('L', 'O'), vrCode('L', 'T'),
    vrCode('P', 'N'), vrCode('S', 'H'), vrCode('S', 'L'), vrCode('S', 'S'), vrCode('S', 'T'), vrCode('T', 'M'),
    vrCode('U', 'I'), vrCode('U', 'L'), vrCode('U', 'S'),
};

bool isAmong(const uint16_t *begin, const uint16_t *end, uint16_t vr) { return std::find(begin, end, vr) != end; }

}  // namespace

uint16_t littleEndian16(const uint8_t *b) { return static_cast<uint16_t>(b[0] | b[1] << 8); }

uint32_t littleEndian32(const uint8_t *b) {
  return uint32_t{littleEndian16(b)} | uint32_t{littleEndian16(b + 2)} << 16;
}

bool hasLongForm(uint16_t vr) { return isAmong(std::begin(longForms), std::end(longForms), vr); }

bool isVR(uint16_t vr) { return hasLongForm(vr) || isAmong(std::begin(shortForms), std::end(shortForms), vr); }

uint16_t dictionaryVR(uint32_t tag) {
  const DcmTag known(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF));
  const char *name = DcmVR(known.getVR().getValidEVR()).getValidVRName();
  const uint16_t vr = vrCode(name[0], name[1]);
  return (tag >> 16) % 2 == 0 && isVR(vr) ? vr : vrCode('U', 'N');
}

std::optional<ElementHeader> readElementHeader(const uint8_t *bytes, size_t count, bool isImplicit) {
  if (count < 8) return std::nullopt;
  ElementHeader header;
  header.tag = uint32_t{littleEndian16(bytes)} << 16 | littleEndian16(bytes + 2);
  header.length = littleEndian32(bytes + 4);
  header.size = 8;
  if (header.tag >> 16 == 0xFFFE) return header;
  const uint16_t vr = vrCode(static_cast<char>(bytes[4]), static_cast<char>(bytes[5]));
  if (!isImplicit && !isVR(vr) && header.length != undefinedLength && header.length > count - 8) {
    // A head with two other letters, "??" for instance.
    header.vr = vrCode('U', 'N');
    header.length = littleEndian16(bytes + 6);
    return header;
  }
  if (!isVR(vr) || (isImplicit && vr != dictionaryVR(header.tag))) return header;
  header.vr = vr;
  if (!hasLongForm(vr)) {
    header.length = littleEndian16(bytes + 6);
    return header;
  }
  if (count < 12) return std::nullopt;
  header.length = littleEndian32(bytes + 8);
  header.size = 12;
  return header;
}

}  // namespace hd
