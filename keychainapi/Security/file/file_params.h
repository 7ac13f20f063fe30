/* SPDX-License-Identifier: ISC */
/* The two structures that say how to treat keys of files, read into one. */
#ifndef KC_SECURITY_FILE_PARAMS_H
#define KC_SECURITY_FILE_PARAMS_H

#include <Security/SecImportExport.h>

#include "base/attrs.h"

struct kc_file_params {
	struct kc_bytes passphrase; /* borrowed; data NULL: none */
	bool only_one;
	struct kc_attrs attrs; /* of keys that go into a keychain */
};

#define KC_FILE_PARAMS_INIT            \
	{                              \
		.attrs = KC_ATTRS_INIT \
	}
#define KC_CLEANUP_FILE_PARAMS KC_CLEANUP(kc_file_params_done)
void kc_file_params_done(struct kc_file_params *params);

/* Both take NULL for none. Errors: PARAM (another version, an object of the wrong type),
 * NO_MEMORY. */
KC_MUST kc_err kc_file_params_read(
	const SecItemImportExportKeyParameters *given, struct kc_file_params *ret);
KC_MUST kc_err kc_file_params_read_legacy(
	const SecKeyImportExportParameters *given, struct kc_file_params *ret);

/* A passphrase: a string or data; NULL is none, and an empty one is there. Errors: PARAM. */
KC_MUST kc_err kc_file_params_passphrase(CFTypeRef given, struct kc_bytes *ret);

/* What keys that go into a keychain are, unless something else is said. */
void kc_file_params_set_default(struct kc_attrs *attrs);

#endif
