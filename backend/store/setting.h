/* SPDX-License-Identifier: ISC */
/* Settings: small values in the clear, one row of the table each. */
#ifndef KC_STORE_SETTING_H
#define KC_STORE_SETTING_H

#include "backend/store/db.h"

enum kc_setting {
	KC_SETTING_KEYBAG,	  /* the keybag's blob */
	KC_SETTING_DEVICE,	  /* random id of this database, 8 bytes */
	KC_SETTING_GENERATION,	  /* grows with every committed change */
	KC_SETTING_TRIES,	  /* wrong passwords since the last right one */
	KC_SETTING_DIGEST,	  /* the set digest, sealed */
	KC_SETTING_ALTERED,	  /* 1 when rows were changed behind the program's back */
	KC_SETTING_OFFICER_TRIES, /* the officer's wrong PINs since the last right one */
};
#define KC_SETTING_COUNT 7

/* Errors: NOT_FOUND. */
KC_MUST kc_err kc_setting_get_bytes(struct kc_db *db, enum kc_setting setting, struct kc_buf *ret);
/* otherwise when there is none. */
KC_MUST kc_err kc_setting_get_int(
	struct kc_db *db, enum kc_setting setting, int64_t otherwise, int64_t *ret);
KC_MUST kc_err kc_setting_put_bytes(
	struct kc_db *db, enum kc_setting setting, struct kc_bytes value);
KC_MUST kc_err kc_setting_put_int(struct kc_db *db, enum kc_setting setting, int64_t value);
/* One more than there was, or than otherwise when there was none. */
KC_MUST kc_err kc_setting_count_up(struct kc_db *db, enum kc_setting setting, int64_t otherwise);

#endif
