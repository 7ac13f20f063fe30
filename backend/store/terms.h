/* SPDX-License-Identifier: ISC */
/*
 * Search terms: keyed hashes that stand for "this attribute has this value", so that the database
 * can be searched without knowing what is in it.
 *
 * A term is the index MAC over class, name and normal form of the value, KC_INDEX_MAC_LEN bytes; a
 * list of terms is their concatenation. Attributes of the ruler's kind INDEX give terms, those of
 * kind MARK marks; both are compared, only terms have rows in the index. A server name also gives a
 * term for itself and for each domain above it.
 */
#ifndef KC_STORE_TERMS_H
#define KC_STORE_TERMS_H

#include "backend/item/item.h"
#include "backend/vault/keybag.h"

/* Appends the terms and the marks of an item. */
KC_MUST kc_err kc_terms_of_item(const struct kc_keybag *bag, const struct kc_item *item,
	struct kc_buf *ret_terms, struct kc_buf *ret_marks);

/* Appends what an item of the class must have to match one filter, to the list that it belongs to.
 * The value is converted already; attributes of kind COLUMN or NO give nothing. */
KC_MUST kc_err kc_terms_of_filter(const struct kc_keybag *bag, kc_name class, kc_name name,
	const struct kc_value *value, struct kc_buf *ret_terms, struct kc_buf *ret_marks);
/* The same for "srvr is host, or a sub-domain of it". */
KC_MUST kc_err kc_terms_of_domain(
	const struct kc_keybag *bag, kc_name class, struct kc_bytes host, struct kc_buf *ret_terms);
/* The hash of a primary key. */
KC_MUST kc_err kc_terms_of_key(const struct kc_keybag *bag, const struct kc_item *item, bool sync,
	uint8_t ret[static KC_INDEX_MAC_LEN]);

static inline size_t kc_terms_count(struct kc_bytes list)
{
	return list.len / KC_INDEX_MAC_LEN;
}
static inline const uint8_t *kc_terms_get(struct kc_bytes list, size_t index)
{
	return list.data + index * KC_INDEX_MAC_LEN;
}
bool kc_terms_has(struct kc_bytes list, const uint8_t *term);
bool kc_terms_has_all(struct kc_bytes list, struct kc_bytes wanted);
bool kc_terms_has_any(struct kc_bytes list, struct kc_bytes wanted);
/* What the index holds of a term. */
int64_t kc_terms_hash(const uint8_t *term);

#endif
