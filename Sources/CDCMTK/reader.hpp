/// The parts of an open file. Everything here throws; the C border is in reader.cpp.
#pragma once

#include "dcmtk/config/osconfig.h"

#include <memory>
#include <string>

#include "dcmtk/dcmdata/dcfcache.h"
#include "dcmtk/dcmdata/dctk.h"

#include "frame_source.hpp"
#include "hd_reader.h"

struct hd_reader {
  std::unique_ptr<DcmFileFormat> file = std::make_unique<DcmFileFormat>();
  DcmFileCache cache;
  std::string text;
  std::string transferSyntax;
  std::unique_ptr<hd::FrameSource> frames;
};
