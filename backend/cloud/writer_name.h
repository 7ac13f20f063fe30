/* SPDX-License-Identifier: ISC */
/* Writers and numbers as text: 32 lower-case hex digits, 16 decimal ones. */
#ifndef KC_CLOUD_WRITER_NAME_H
#define KC_CLOUD_WRITER_NAME_H

#include "backend/cloud/cloud.h"

#define KC_WRITER_DIGITS 32
#define KC_NUMBER_DIGITS 16

void kc_writer_name_put(const struct kc_writer_id *writer, char ret[static KC_WRITER_DIGITS + 1]);
void kc_writer_name_put_number(uint64_t number, char ret[static KC_NUMBER_DIGITS + 1]);
/* Whether text begins so; what comes behind the digits is not looked at. A number is not 0. */
bool kc_writer_name_parse(const char *text, struct kc_writer_id *ret);
bool kc_writer_name_parse_number(const char *text, uint64_t *ret);

#endif
