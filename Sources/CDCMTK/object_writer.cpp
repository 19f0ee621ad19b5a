#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "hd_object.h"
#include "support.hpp"

namespace {

/// Runs `body` at the C border; 0 where it throws nothing.
template <typename Body>
int guarded(hd_error *error, Body body) {
  return hd::guarded(error, 1, [&] {
    body();
    return 0;
  });
}

E_TransferSyntax transferSyntax(hd_object_transfer transfer) {
  switch (transfer) {
    case HD_OBJECT_EXPLICIT_LITTLE_ENDIAN: return EXS_LittleEndianExplicit;
    case HD_OBJECT_JPEG_BASELINE: return EXS_JPEGProcess1;
    case HD_OBJECT_DEFLATED: return EXS_DeflatedLittleEndianExplicit;
  }
  throw hd::Failure(HD_CORRUPT, "The transfer syntax is not known.");
}

}  // namespace

struct hd_object {
  DcmFileFormat file;
  /// The item that attributes are set in, and those around it, the data set first.
  std::vector<DcmItem *> path;
  /// The dictionary is searched from its start for a keyword, and a segmentation has the same ones in every frame.
  std::unordered_map<std::string, DcmTag> tags;
  std::vector<uint8_t> encoded;
  size_t meta = 0;

  hd_object() { path.push_back(file.getDataset()); }

  const DcmTag &tag(const char *keyword) {
    const auto known = tags.find(keyword);
    if (known != tags.end()) return known->second;
    DcmTag found;
    hd::check(DcmTag::findTagFromName(keyword, found), keyword);
    return tags.emplace(keyword, found).first->second;
  }

  void set(const char *keyword, const char *value) {
    const DcmTag &attribute = tag(keyword);
    DcmElement *made = nullptr;
    hd::check(DcmItem::newDicomElement(made, attribute), keyword);
    std::unique_ptr<DcmElement> element(made);
    if (*value != '\0') hd::check(element->putString(value), keyword);
    hd::check(path.back()->insert(element.get(), OFTrue), keyword);
    (void)element.release();
  }

  void set(const char *keyword, const uint8_t *bytes, size_t count) {
    if (count > UINT32_MAX - 1) throw hd::Failure(HD_TOO_LARGE, "The value is longer than an element can be.");
    hd::check(path.back()->putAndInsertUint8Array(tag(keyword), bytes, static_cast<unsigned long>(count)), keyword);
  }

  void enter(const char *keyword) {
    DcmItem *item = nullptr;
    constexpr long append = -2;
    hd::check(path.back()->findOrCreateSequenceItem(tag(keyword), item, append), keyword);
    path.push_back(item);
  }

  void leave() {
    if (path.size() < 2) throw hd::Failure(HD_CORRUPT, "There is no item to leave.");
    path.pop_back();
  }

  void encode(hd_object_transfer transfer) {
    DcmDataset &dataset = *file.getDataset();
    // ASCII needs no character set, and older readers know no UTF-8.
    if (dataset.containsExtendedCharacters()) {
      hd::check(dataset.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192"), "SpecificCharacterSet");
    }
    encoded = hd::encoded(file, transferSyntax(transfer), &meta);
  }
};

hd_object *hd_object_open(hd_error *error) {
  return hd::guarded<hd_object *>(error, nullptr, [] {
    hd::initialise();
    return new hd_object;
  });
}

void hd_object_close(hd_object *object) { delete object; }

int hd_object_set(hd_object *object, const char *keyword, const char *value, hd_error *error) {
  return guarded(error, [&] { object->set(keyword, value); });
}

int hd_object_set_bytes(
    hd_object *object, const char *keyword, const uint8_t *bytes, size_t count, hd_error *error) {
  return guarded(error, [&] { object->set(keyword, bytes, count); });
}

int hd_object_enter(hd_object *object, const char *keyword, hd_error *error) {
  return guarded(error, [&] { object->enter(keyword); });
}

int hd_object_leave(hd_object *object, hd_error *error) {
  return guarded(error, [&] { object->leave(); });
}

int hd_object_encode(
    hd_object *object, hd_object_transfer transfer, const uint8_t **bytes, size_t *count, size_t *meta,
    hd_error *error) {
  return guarded(error, [&] {
    object->encode(transfer);
    *bytes = object->encoded.data();
    *count = object->encoded.size();
    *meta = object->meta;
  });
}
