/// What went wrong on the C++ side: a code that is not zero and one sentence, without paths or patient data.
#ifndef HD_ERROR_H
#define HD_ERROR_H

typedef struct {
  int code;
  char text[256];
} hd_error;

#endif
