/// The C API over DCMTK: facts in and out of DICOM files. No C++ exception crosses it.
#ifndef CDCMTK_H
#define CDCMTK_H

#include "hd_cine.h"
#include "hd_error.h"
#include "hd_jpeg.h"
#include "hd_object.h"
#include "hd_reader.h"
#include "hd_report.h"
#include "hd_worker.h"

#endif
