/* SPDX-License-Identifier: ISC */
/* The error table and its look-ups. */
#include "base/err.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/log.h"

struct row {
	const char *name;
	const char *text;
	const char *osname;
	unsigned long ckr;
	int32_t osstatus;
	int exit;
	enum kc_err_class class;
};

static const struct row rows[KC_ERR_COUNT] = {
	[KC_OK] = {"OK", "done", "errSecSuccess", 0, 0, 0, KC_ERRCLASS_NONE},
#define KC_ERROR(name, class, exit, osstatus, osname, ckr, text) \
	[KC_E_##name] = {#name, text, osname, ckr, osstatus, exit, KC_ERRCLASS_##class},
#include "base/errors.def"
#undef KC_ERROR
};

static const struct row *row_of(kc_err err)
{
	return (unsigned)err < KC_ERR_COUNT ? &rows[err] : &rows[KC_E_BUG];
}

kc_err kc_err_born(kc_err err, const char *file, int line)
{
	kc_log_debug("%s:%d: %s", file, line, kc_err_name(err));
	return err;
}

const char *kc_err_name(kc_err err)
{
	return row_of(err)->name;
}

const char *kc_err_text(kc_err err)
{
	return row_of(err)->text;
}

enum kc_err_class kc_err_class(kc_err err)
{
	return row_of(err)->class;
}

int kc_err_exit(kc_err err)
{
	return row_of(err)->exit;
}

int32_t kc_err_osstatus(kc_err err)
{
	return row_of(err)->osstatus;
}

const char *kc_err_osname(kc_err err)
{
	return row_of(err)->osname;
}

unsigned long kc_err_ckr(kc_err err)
{
	return row_of(err)->ckr;
}

kc_err kc_err_from_number(uint64_t number)
{
	return number < KC_ERR_COUNT ? (kc_err)number : KC_ERR(BUG);
}

kc_err kc_err_from_errno(int number)
{
	static const struct {
		int number;
		kc_err err;
	} table[] = {
		{ENOMEM, KC_E_NO_MEMORY},
		{ENOSPC, KC_E_DISK_FULL},
		{EDQUOT, KC_E_DISK_FULL},
		{EFBIG, KC_E_DISK_FULL},
		{EROFS, KC_E_READ_ONLY},
		{EACCES, KC_E_READ_ONLY},
		{EPERM, KC_E_READ_ONLY},
		{ENOENT, KC_E_NOT_FOUND},
		{EEXIST, KC_E_DUPLICATE},
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].number == number)
			return kc_err_born(table[i].err, __FILE__, __LINE__);
	return KC_ERR(IO);
}
