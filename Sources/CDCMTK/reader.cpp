#include "reader.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <unordered_map>

#include "dcmtk/dcmdata/dcistrmb.h"

#include "bounded_stream.hpp"
#include "character_set.hpp"
#include "element_header.hpp"
#include "mended_file.hpp"
#include "support.hpp"

namespace {

/// Longer values than this many bytes stay on disk until they are asked for.
constexpr Uint32 eagerLength = 4096;
/// Longer texts are not given: nothing that is asked for here is as long.
constexpr Uint32 longestText = 1 << 20;

/// Group of the file meta information, PS3.10 7.1.
constexpr Uint16 fileMetaGroup = 0x0002;

/// PS3.10 7.1: 128 bytes of preamble, then "DICM".
bool hasPreamble(const char *path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw hd::Failure(HD_UNREADABLE, "The file cannot be opened.");
  char start[132] = {};
  stream.read(start, sizeof start);
  return stream.gcount() == sizeof start && std::memcmp(start + 128, "DICM", 4) == 0;
}

/// Without preamble nearly any bytes parse as some data set: it is DICOM if it says which object it is.
bool saysWhatItIs(DcmDataset &dataset) {
  OFString uid;
  return dataset.findAndGetOFString(DCM_SOPClassUID, uid).good() && uid.compare(0, 2, "1.") == 0;
}

std::string transferSyntax(DcmFileFormat &file) {
  OFString uid;
  if (file.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid).good() && !uid.empty()) return uid.c_str();
  return DcmXfer(file.getDataset()->getOriginalXfer()).getXferID();
}

/// Whether as many frames are stored as the file says that it has.
bool hasAllFrames(DcmFileFormat &file) {
  DcmFileCache cache;
  const uint32_t stated = std::max(1u, hd::statedFrames(*file.getDataset()));
  return hd::storedFrames(*file.getDataset(), transferSyntax(file), cache, stated) == stated;
}

/// As `DcmFileFormat::loadFile` does it, from a stream that bounds the depth.
OFCondition parse(DcmFileFormat &file, const char *path) {
  hd::BoundedFileStream stream(path);
  if (!stream.good()) return stream.status();
  file.transferInit();
  const OFCondition condition = file.read(stream, EXS_Unknown, EGL_noChange, eagerLength);
  file.transferEnd();
  if (stream.wentTooDeep()) throw hd::Failure(HD_CORRUPT, "Its sequences are nested too deeply.");
  return condition;
}

/// Elements of VR UN that the dictionary knows; DCMTK gives their bytes as they are.
bool hasKnownElementsAsUnknown(DcmObject &object) {
  if (object.ident() == EVR_UN || object.ident() == EVR_UNKNOWN) {
    const uint32_t tag = uint32_t{object.getGTag()} << 16 | object.getETag();
    return hd::dictionaryVR(tag) != hd::vrCode('U', 'N');
  }
  if (object.isLeaf()) return false;
  for (DcmObject *part = object.nextInContainer(nullptr); part != nullptr; part = object.nextInContainer(part)) {
    if (hasKnownElementsAsUnknown(*part)) return true;
  }
  return false;
}

std::vector<uint8_t> bytesOf(const char *path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  if (!stream) throw hd::Failure(HD_UNREADABLE, "The file cannot be opened.");
  std::vector<uint8_t> bytes(static_cast<size_t>(stream.tellg()));
  stream.seekg(0);
  stream.read(reinterpret_cast<char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<size_t>(stream.gcount()) != bytes.size()) {
    throw hd::Failure(HD_UNREADABLE, "The file cannot be read.");
  }
  return bytes;
}

/// Puts the file as it is once mended in the place of `file`; false where it cannot be mended.
bool mend(std::unique_ptr<DcmFileFormat> &file, const char *path) {
  const std::optional<hd::MendedFile> mended = hd::mendedFile(bytesOf(path));
  if (!mended) return false;
  auto whole = std::make_unique<DcmFileFormat>();
  DcmInputBufferStream stream;
  stream.setBuffer(mended->bytes.data(), static_cast<offile_off_t>(mended->bytes.size()));
  stream.setEos();
  whole->transferInit();
  const bool parses = whole->read(stream, EXS_Unknown, EGL_noChange, eagerLength).good();
  whole->transferEnd();
  if (!parses) return false;
  if (mended->endsWithoutDelimiter && !hasAllFrames(*whole)) return false;
  file = std::move(whole);
  return true;
}

void load(hd_reader &reader, const char *path) {
  const bool preamble = hasPreamble(path);
  const OFCondition condition = parse(*reader.file, path);
  if (!preamble && (condition.bad() || !saysWhatItIs(*reader.file->getDataset()))) {
    throw hd::Failure(HD_NOT_DICOM, "The file is not DICOM.");
  }
  if (condition.bad() || hasKnownElementsAsUnknown(*reader.file->getDataset())) {
    try {
      if (!mend(reader.file, path)) hd::check(condition, "The file cannot be parsed");
    } catch (const std::bad_alloc &) {
      // A large file that DCMTK parses is read without the elements that it does not know.
      if (condition.bad()) throw;
    }
  }
  reader.transferSyntax = transferSyntax(*reader.file);
}

using Keywords = std::unordered_map<std::string, DcmTagKey>;

/// DCMTK searches its dictionary from the start for every name; this takes one walk for all.
Keywords readKeywords() {
  Keywords keywords;
  DcmDataDictionary &dictionary = dcmDataDict.wrlock();
  for (DcmHashDictIterator entry = dictionary.normalBegin(); entry != dictionary.normalEnd(); ++entry) {
    // Private elements may bear the names of others.
    if ((*entry)->getPrivateCreator() == nullptr) keywords.emplace((*entry)->getTagName(), (*entry)->getKey());
  }
  dcmDataDict.wrunlock();
  return keywords;
}

const Keywords &allKeywords() {
  static const Keywords keywords = readKeywords();
  return keywords;
}

DcmTagKey tagOf(const std::string &keyword) {
  const Keywords &keywords = allKeywords();
  const auto found = keywords.find(keyword);
  if (found == keywords.end()) throw hd::Failure(HD_UNREADABLE, "The data dictionary does not have " + keyword + ".");
  return found->second;
}

/// Whether Specific Character Set applies: PS3.5 6.1.2.3.
bool hasCharacterSet(DcmElement &element) {
  switch (element.ident()) {
    case EVR_LO:
    case EVR_LT:
    case EVR_PN:
    case EVR_SH:
    case EVR_ST:
    case EVR_UC:
    case EVR_UT:
      return true;
    default:
      return false;
  }
}

/// Of the item that the element is in or of one around it.
std::string characterSet(DcmElement &element) {
  for (DcmObject *around = element.getParent(); around != nullptr; around = around->getParent()) {
    auto *item = dynamic_cast<DcmItem *>(around);
    OFString value;
    if (item != nullptr && item->findAndGetOFStringArray(DCM_SpecificCharacterSet, value).good()) return value.c_str();
  }
  return "";
}

/// The element that a path of keywords and item numbers leads to; nullptr where there is none.
DcmElement *find(hd_reader &reader, const std::string &path) {
  DcmItem *item = reader.file->getDataset();
  size_t start = 0;
  for (size_t bracket = path.find('['); bracket != std::string::npos; bracket = path.find('[', start)) {
    const DcmTagKey sequence = tagOf(path.substr(start, bracket - start));
    const signed long number = std::stol(path.substr(bracket + 1));
    if (item->findAndGetSequenceItem(sequence, item, number).bad() || item == nullptr) return nullptr;
    start = path.find('.', bracket) + 1;
  }
  const DcmTagKey tag = tagOf(path.substr(start));
  if (tag.getGroup() == fileMetaGroup) item = reader.file->getMetaInfo();
  DcmElement *element = nullptr;
  return item->findAndGetElement(tag, element).good() ? element : nullptr;
}

}  // namespace

bool hd_prepare_reader(hd_error *error) {
  return hd::guarded<bool>(error, false, [] {
    hd::initialise();
    (void)allKeywords();
    return true;
  });
}

hd_reader *hd_open(const char *path, hd_error *error) {
  return hd::guarded<hd_reader *>(error, nullptr, [&] {
    hd::initialise();
    auto reader = std::make_unique<hd_reader>();
    load(*reader, path);
    return reader.release();
  });
}

void hd_close(hd_reader *reader) { delete reader; }

const char *hd_text(hd_reader *reader, const char *path) {
  return hd::guarded<const char *>(nullptr, nullptr, [&]() -> const char * {
    DcmElement *element = find(*reader, path);
    if (element == nullptr || !element->isLeaf() || element->getLengthField() > longestText) return nullptr;
    OFString value;
    if (element->getOFStringArray(value).bad() || value.empty()) return nullptr;
    reader->text.assign(value.c_str(), value.length());
    if (hasCharacterSet(*element)) {
      auto converted = hd::toUTF8(reader->text, characterSet(*element));
      if (converted) reader->text = std::move(*converted);
    }
    return reader->text.c_str();
  });
}

uint32_t hd_frame_count(hd_reader *reader, uint32_t *stated) {
  *stated = 0;
  return hd::guarded<uint32_t>(nullptr, 0, [&] {
    DcmDataset &dataset = *reader->file->getDataset();
    *stated = hd::statedFrames(dataset);
    return hd::storedFrames(dataset, reader->transferSyntax, reader->cache, *stated);
  });
}

size_t hd_item_count(hd_reader *reader, const char *path) {
  return hd::guarded<size_t>(nullptr, 0, [&]() -> size_t {
    auto *sequence = dynamic_cast<DcmSequenceOfItems *>(find(*reader, path));
    return sequence == nullptr ? 0 : sequence->card();
  });
}

const char *hd_transfer_syntax(hd_reader *reader) { return reader->transferSyntax.c_str(); }

bool hd_has_pixel_data(hd_reader *reader) {
  return hd::guarded<bool>(nullptr, false, [&]() -> bool {
    return reader->file->getDataset()->tagExistsWithValue(DCM_PixelData);
  });
}

bool hd_prepare_frames(hd_reader *reader, const hd_limits *limits, hd_error *error) {
  return hd::guarded<bool>(error, false, [&] {
    DcmDataset &dataset = *reader->file->getDataset();
    reader->frames = hd::makeFrameSource(dataset, reader->transferSyntax, *limits, reader->cache);
    return true;
  });
}

bool hd_read_frame(hd_reader *reader, uint32_t frame, uint8_t *gray, size_t capacity, uint8_t *chroma,
                   size_t chroma_capacity, hd_error *error) {
  return hd::guarded<bool>(error, false, [&] {
    if (reader->frames == nullptr) throw hd::Failure(HD_CORRUPT, "The frames have not been prepared.");
    reader->frames->read(frame, gray, capacity, chroma, chroma_capacity);
    return true;
  });
}
