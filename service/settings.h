/* SPDX-License-Identifier: ISC */
/*
 * kc.conf in the config folder: lines of "name = value", # begins a comment. A name or value that
 * is not known is reported in the log and by `kc status`, and otherwise ignored, so that a slip
 * does not lock a user out.
 */
#ifndef KC_SERVICE_SETTINGS_H
#define KC_SERVICE_SETTINGS_H

#include "base/place.h"

struct kc_settings {
#define KC_SETTING_NUMBER(member, name, otherwise, least, most) unsigned member;
#define KC_SETTING_FLAG(member, name, otherwise) unsigned member; /* 0 or 1 */
#include "service/settings.def"
#undef KC_SETTING_NUMBER
#undef KC_SETTING_FLAG
	unsigned misread_line; /* the first that was not understood; 0: none */
};

/* Defaults where there is no file. Errors: NO_MEMORY, IO. */
KC_MUST kc_err kc_settings_read(const struct kc_place *place, struct kc_settings *ret);

#endif
