/* SPDX-License-Identifier: ISC */
/* CK_DATE, eight digits of a day, against the dates of items, seconds since 2001-01-01 UTC. */
#ifndef KC_MODULE_FORM_DATE_H
#define KC_MODULE_FORM_DATE_H

#include "base/mem.h"
#include "module/form/rv.h"

/* The start of the day. No bytes mean no date, which items have as 0. CKR_ATTRIBUTE_VALUE_INVALID
 * for what is no day of the Gregorian calendar. */
CK_RV kc_date_parse(struct kc_bytes text, double *ret);
/* The day of a date. CKR_ATTRIBUTE_VALUE_INVALID outside the years 0 to 9999. */
CK_RV kc_date_build(double date, CK_DATE *ret);

#endif
