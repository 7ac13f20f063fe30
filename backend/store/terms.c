/* SPDX-License-Identifier: ISC */
/* Search terms. */
#include "backend/store/terms.h"

#include <string.h>

/* The longest name that the domain name system knows (RFC 1035, 2.3.4): what is longer gives no
 * terms of domains, and so their number is bounded. */
#define MAX_DOMAIN 253
#define DOMAIN_NAME KC_NAME('s', 'u', 'b', 'd')

static kc_err push_mac(const struct kc_keybag *bag, struct kc_bytes input, struct kc_buf *ret)
{
	uint8_t *term = kc_buf_extend(ret, KC_INDEX_MAC_LEN);

	if (!term)
		return kc_buf_check(ret);
	kc_keybag_index_mac(bag, input, term);
	return KC_OK;
}

static kc_err push_term(const struct kc_keybag *bag, kc_name class, kc_name name, enum kc_kind kind,
	const struct kc_value *value, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &input);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, class);
	kc_der_put_uint(&w, name);
	kc_kind_put_normal(&w, kind, value);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return push_mac(bag, kc_buf_bytes(&input), ret);
}

kc_err kc_terms_of_filter(const struct kc_keybag *bag, kc_name class, kc_name name,
	const struct kc_value *value, struct kc_buf *ret_terms, struct kc_buf *ret_marks)
{
	const struct kc_ruler_row *row = kc_ruler_find(class, name);

	if (!row)
		return KC_ERR(NO_SUCH_ATTR);
	switch (row->search) {
	case KC_SEARCH_NO:
	case KC_SEARCH_COLUMN:
		return KC_OK;
	case KC_SEARCH_INDEX:
		return push_term(bag, class, name, row->kind, value, ret_terms);
	case KC_SEARCH_MARK:
		return push_term(bag, class, name, row->kind, value, ret_marks);
	}
	return KC_ERR(BUG);
}

kc_err kc_terms_of_domain(
	const struct kc_keybag *bag, kc_name class, struct kc_bytes host, struct kc_buf *ret_terms)
{
	struct kc_value value = kc_value_bytes(host);

	return push_term(bag, class, DOMAIN_NAME, KC_KIND_DATA, &value, ret_terms);
}

/* "a.example.org" is found by a.example.org, example.org and org. */
static kc_err push_domains(
	const struct kc_keybag *bag, const struct kc_item *item, struct kc_buf *ret_terms)
{
	struct kc_bytes rest = kc_attrs_get_bytes(&item->attrs, KC_ATTR_SRVR);

	if (rest.len > MAX_DOMAIN)
		return KC_OK;
	while (rest.len > 0) {
		const uint8_t *dot = memchr(rest.data, '.', rest.len);
		KC_TRY(kc_terms_of_domain(bag, item->class, rest, ret_terms));
		if (!dot)
			break;
		rest = kc_bytes(dot + 1, rest.len - (size_t)(dot + 1 - rest.data));
	}
	return KC_OK;
}

kc_err kc_terms_of_item(const struct kc_keybag *bag, const struct kc_item *item,
	struct kc_buf *ret_terms, struct kc_buf *ret_marks)
{
	for (size_t i = 0; i < item->attrs.count; i++)
		KC_TRY(kc_terms_of_filter(bag, item->class, item->attrs.rows[i].name,
			&item->attrs.rows[i].value, ret_terms, ret_marks));
	return push_domains(bag, item, ret_terms);
}

kc_err kc_terms_of_key(const struct kc_keybag *bag, const struct kc_item *item, bool sync,
	uint8_t ret[static KC_INDEX_MAC_LEN])
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	KC_TRY(kc_item_put_key(item, sync, &key));
	kc_keybag_index_mac(bag, kc_buf_bytes(&key), ret);
	return KC_OK;
}

bool kc_terms_has(struct kc_bytes list, const uint8_t *term)
{
	for (size_t i = 0; i < kc_terms_count(list); i++)
		if (memcmp(kc_terms_get(list, i), term, KC_INDEX_MAC_LEN) == 0)
			return true;
	return false;
}

bool kc_terms_has_all(struct kc_bytes list, struct kc_bytes wanted)
{
	for (size_t i = 0; i < kc_terms_count(wanted); i++)
		if (!kc_terms_has(list, kc_terms_get(wanted, i)))
			return false;
	return true;
}

bool kc_terms_has_any(struct kc_bytes list, struct kc_bytes wanted)
{
	for (size_t i = 0; i < kc_terms_count(wanted); i++)
		if (kc_terms_has(list, kc_terms_get(wanted, i)))
			return true;
	return false;
}

int64_t kc_terms_hash(const uint8_t *term)
{
	int64_t hash;

	memcpy(&hash, term, sizeof hash);
	return hash;
}
