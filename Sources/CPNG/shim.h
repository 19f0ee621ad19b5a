#pragma once
#include <png.h>
// libpng brings zlib, which the NIfTI files of the evaluation need.
#include <zlib.h>
