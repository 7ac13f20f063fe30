/* SPDX-License-Identifier: ISC */
/*
 * An item in the clear: its class, its attributes by the ruler, and its secret.
 *
 * Three attributes are also fields, kept equal by the functions here: pdmn (protection), sync and
 * tomb. A tombstone has no secret and only the attributes that say which item it was.
 */
#ifndef KC_ITEM_ITEM_H
#define KC_ITEM_ITEM_H

#include "backend/item/ruler.h"
#include "backend/vault/protection.h"

struct kc_item {
	kc_name class;
	enum kc_protection protection;
	bool sync, tomb;
	struct kc_attrs attrs; /* all that are not secret */
	bool has_secret;
	struct kc_secret secret; /* may be empty all the same */
	struct kc_attrs within;	 /* the attributes that are sealed with the secret */
};

#define KC_ITEM_INIT \
	{            \
		0    \
	}
#define KC_CLEANUP_ITEM KC_CLEANUP(kc_item_done)
void kc_item_done(struct kc_item *item);
void kc_item_move(struct kc_item *to, struct kc_item *from);

#define KC_ITEM_MAX_SECRET ((size_t)1 << 20)
#define KC_ITEM_MAX_SYNCED ((size_t)256 << 10) /* attributes and secret of a synced item */

/* A new item from what a caller gave: converted, completed by the defaults, dated now. agrp must
 * already be in given. Errors: NO_SUCH_CLASS, NO_SUCH_ATTR, PARAM, TOO_LARGE. */
KC_MUST kc_err kc_item_build(kc_name class, const struct kc_attrs *given,
	const struct kc_bytes *secret, struct kc_item *ret);
/* An item as another device sent it: every attribute by the ruler, nothing overwritten. Errors: as
 * for build. */
KC_MUST kc_err kc_item_build_remote(kc_name class, const struct kc_attrs *attrs,
	const struct kc_attrs *within, const struct kc_bytes *secret, struct kc_item *ret);
/* Sets what a caller wants changed; secret may be NULL. mdat becomes now, and later than it was.
 * The item is broken after a failure. Errors: as for build; NOT_MODIFIABLE when a key that is never
 * given out, wrapped by trusted keys alone, or asks at each use, would be more free from now on. */
KC_MUST kc_err kc_item_change(
	struct kc_item *item, const struct kc_attrs *given, const struct kc_bytes *secret);
/* Takes away all that a tombstone does not have, and marks it; its date is later than the item's.
 */
KC_MUST kc_err kc_item_bury(struct kc_item *item);
/* Gives it a new random UUID attribute. */
void kc_item_rename(struct kc_item *item);
/* mdat becomes now, or just after it when now is not later. */
void kc_item_touch(struct kc_item *item, double not_before);

/*
 * What an item's bytes say is set where its caller said nothing, and known by its name in the
 * attribute "self", so that it goes with the bytes. The primary key of a key is made of what its
 * caller said: else two raw keys with one tag could both exist, which programs do not expect.
 */
/* Sets an attribute that is absent, or as it is by default; a value too long for one is left out.
 */
KC_MUST kc_err kc_item_set_own(struct kc_item *item, kc_name name, const struct kc_value *value);
/* Takes away what kc_item_set_own has set. To be called before a change, which may bring other
 * bytes, or attributes of the caller's. */
void kc_item_drop_own(struct kc_item *item);

/* Appends the primary key: DER of the class and the normal forms of its parts, the sync mark being
 * sync. Equal for two items exactly when they cannot both exist. */
KC_MUST kc_err kc_item_put_key(const struct kc_item *item, bool sync, struct kc_buf *ret);

/* Bytes of the attributes and the secret together, roughly. */
size_t kc_item_size(const struct kc_item *item);

/* Whether the secret must never be given out: a private or secret key that is not extractable, a
 * secret key that is sensitive, or a sensitive private one with conditions (wwtr, alau). */
bool kc_item_is_kept(const struct kc_item *item);
/* Whether two keys say that they are of the same class, type and effective size. */
bool kc_item_is_of_one_kind(const struct kc_item *a, const struct kc_item *b);

#endif
