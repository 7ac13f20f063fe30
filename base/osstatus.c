/* SPDX-License-Identifier: ISC */
/* Apple's codes have Apple's texts; codes of Keycircle's own have the text of their error. */
#include "base/osstatus.h"

#include "base/err.h"
#include "base/mem.h"

static const struct {
	int32_t status;
	const char *text;
} rows[] = {
#define SEC_ERROR(name, code, text) {code, text},
#include "base/osstatus.def"
#undef SEC_ERROR
};

const char *kc_osstatus_text(int32_t status)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	for (int i = 0; i < KC_ERR_COUNT; i++)
		if (kc_err_osstatus((kc_err)i) == status)
			return kc_err_text((kc_err)i);
	return NULL;
}
