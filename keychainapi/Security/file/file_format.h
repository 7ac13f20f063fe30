/* SPDX-License-Identifier: ISC */
/* SecExternalFormat and SecExternalItemType, and what crypto/import.h calls them. */
#ifndef KC_SECURITY_FILE_FORMAT_H
#define KC_SECURITY_FILE_FORMAT_H

#include <Security/SecImportExport.h>

#include "crypto/import.h"

/* What a file turned out to be. */
struct kc_file_format {
	SecExternalFormat format;
	SecExternalItemType type;
	bool all_private, all_public, all_certificates; /* of what is in it */
	bool is_pem;
};

struct kc_file_format kc_file_format_of(const struct kc_import *import);

/* Whether what the caller says about a file (0: nothing) fits what it is. */
bool kc_file_format_suits(
	const struct kc_file_format *found, SecExternalFormat format, SecExternalItemType type);

#endif
