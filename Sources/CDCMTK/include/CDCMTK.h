/// The C API over DCMTK: facts in and out of DICOM files. No C++ exception crosses it.
#ifndef CDCMTK_H
#define CDCMTK_H

#include "hd_error.h"
#include "hd_report.h"

#endif
