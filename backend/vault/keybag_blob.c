/* SPDX-License-Identifier: ISC */
/*
 * The stored form of a keybag: Keybag of doc/keycircle.asn1.
 *
 * The MAC under the device secret tells damage from a wrong password, and a foreign device secret
 * before anybody is asked for one.
 */
#include <string.h>

#include "backend/vault/keybag_cost.h"
#include "backend/vault/keybag_impl.h"
#include "backend/vault/label.h"
#include "base/der.h"

#define VERSION 2
#define COST_R 8
#define COST_P 1
#define COST_N_MOST ((uint64_t)1 << 20)

static kc_err compute_mac(
	struct kc_bytes body, struct kc_bytes device_secret, uint8_t ret[static KC_MAC_LEN])
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_MAC struct kc_mac *mac = NULL;

	KC_TRY(kc_secret_alloc(&key, KC_MAC_LEN));
	KC_TRY(kc_kdf_hkdf(KC_HASH_SHA256, device_secret, kc_bytes(NULL, 0),
		kc_label_bytes(KC_LABEL_BAG_MAC), key.data, key.len));
	KC_TRY(kc_mac_new(kc_secret_bytes(&key), &mac));
	kc_mac_compute(mac, body, ret);
	return KC_OK;
}

static void put_cost(struct kc_der_writer *w, const struct kc_keybag_way *way)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, way->cost.n);
	kc_der_put_uint(w, way->cost.r);
	kc_der_put_uint(w, way->cost.p);
	kc_der_put_bytes(w, KC_BYTES_OF(way->salt));
	kc_der_end(w);
}

static void put_wrapped(struct kc_der_writer *w, const struct kc_keybag_blob *blob, unsigned holder)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (EACH_PROTECTION(p))
		if (kc_keybag_wraps(holder, p))
			kc_der_put_bytes(w,
				KC_BYTES_OF(blob->ways[holder].wrapped[p - KC_PROTECTION_FIRST]));
	kc_der_end(w);
}

static kc_err build_body(const struct kc_keybag_blob *blob, struct kc_buf *out)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, out);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	put_wrapped(&w, blob, KC_HOLDER_DEVICE);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (unsigned holder = KC_HOLDER_USER; holder < KC_KEYBAG_WAYS; holder++) {
		if (!blob->ways[holder].is_there)
			continue;
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, holder);
		put_cost(&w, &blob->ways[holder]);
		put_wrapped(&w, blob, holder);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_keybag_blob_build(
	const struct kc_keybag_blob *blob, struct kc_bytes device_secret, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	uint8_t mac[KC_MAC_LEN];
	struct kc_der_writer w;

	KC_TRY(build_body(blob, &body));
	KC_TRY(compute_mac(kc_buf_bytes(&body), device_secret, mac));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_raw(&w, kc_buf_bytes(&body));
	kc_der_put_bytes(&w, KC_BYTES_OF(mac));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static void get_cost(struct kc_der_reader *r, struct kc_keybag_way *way)
{
	struct kc_der_reader fields;

	kc_der_enter(r, KC_DER_SEQUENCE, &fields);
	way->cost.n = kc_der_get_uint_max(&fields, COST_N_MOST);
	way->cost.r = (uint32_t)kc_der_get_uint_max(&fields, COST_R);
	way->cost.p = (uint32_t)kc_der_get_uint_max(&fields, COST_P);
	kc_der_get_array(&fields, way->salt, sizeof way->salt);
	if (way->cost.n < kc_keybag_cost_n || (way->cost.n & (way->cost.n - 1)) != 0 ||
		way->cost.r != COST_R || way->cost.p != COST_P)
		kc_der_reader_fail(&fields);
	kc_der_leave(r, &fields);
}

static void get_wrapped(struct kc_der_reader *r, unsigned holder, struct kc_keybag_blob *blob)
{
	struct kc_der_reader keys;

	kc_der_enter(r, KC_DER_SEQUENCE, &keys);
	for (EACH_PROTECTION(p))
		if (kc_keybag_wraps(holder, p))
			kc_der_get_array(&keys, blob->ways[holder].wrapped[p - KC_PROTECTION_FIRST],
				KC_WRAPPED_KEY_LEN);
	kc_der_leave(r, &keys);
}

/* Each holder once, in ascending order. */
static void get_way(struct kc_der_reader *r, unsigned *last, struct kc_keybag_blob *blob)
{
	struct kc_der_reader fields;
	unsigned holder;

	kc_der_enter(r, KC_DER_SEQUENCE, &fields);
	holder = (unsigned)kc_der_get_uint_max(&fields, KC_KEYBAG_WAYS - 1);
	if (holder <= *last) {
		kc_der_reader_fail(&fields);
	} else {
		get_cost(&fields, &blob->ways[holder]);
		get_wrapped(&fields, holder, blob);
		blob->ways[holder].is_there = true;
		*last = holder;
	}
	kc_der_leave(r, &fields);
}

static kc_err parse_body(struct kc_bytes bytes, struct kc_keybag_blob *ret)
{
	struct kc_der_reader r, body, ways;
	unsigned last = KC_HOLDER_DEVICE;

	*ret = (struct kc_keybag_blob){.ways[KC_HOLDER_DEVICE].is_there = true};
	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &body);
	if (kc_der_get_uint(&body) != VERSION)
		kc_der_reader_fail(&body);
	get_wrapped(&body, KC_HOLDER_DEVICE, ret);
	kc_der_enter(&body, KC_DER_SEQUENCE, &ways);
	do
		get_way(&ways, &last, ret);
	while (kc_der_more(&ways));
	kc_der_leave(&body, &ways);
	kc_der_leave(&r, &body);
	return kc_der_reader_finish(&r);
}

kc_err kc_keybag_blob_parse(
	struct kc_bytes bytes, struct kc_bytes device_secret, struct kc_keybag_blob *ret)
{
	uint8_t stored[KC_MAC_LEN], computed[KC_MAC_LEN];
	struct kc_der_reader r, fields;
	struct kc_keybag_blob blob;
	struct kc_bytes body;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	body = kc_der_get_raw(&fields);
	kc_der_get_array(&fields, stored, sizeof stored);
	kc_der_leave(&r, &fields);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(parse_body(body, &blob));
	KC_TRY(compute_mac(body, device_secret, computed));
	if (!kc_mem_equal_ct(stored, computed, sizeof stored))
		return KC_ERR(DAMAGED);
	*ret = blob;
	return KC_OK;
}

/* --- wrapping ----------------------------------------------------------------------------------
 */

enum kc_wrapping kc_keybag_wrapping(enum kc_protection protection)
{
	switch (protection) {
	case KC_PROTECTION_AK:
	case KC_PROTECTION_CK:
		return KC_WRAPPING_PASSWORD;
	case KC_PROTECTION_AKU:
	case KC_PROTECTION_CKU:
	case KC_PROTECTION_AKPU:
		return KC_WRAPPING_BOTH;
	case KC_PROTECTION_DK:
	case KC_PROTECTION_DKU:
		return KC_WRAPPING_DEVICE;
	}
	return KC_WRAPPING_BOTH;
}

bool kc_keybag_wraps(unsigned holder, enum kc_protection protection)
{
	return (kc_keybag_wrapping(protection) == KC_WRAPPING_DEVICE) ==
	       (holder == KC_HOLDER_DEVICE);
}

kc_err kc_keybag_wrap_key(enum kc_wrapping wrapping, struct kc_bytes password_key,
	struct kc_bytes device_secret, struct kc_siv_key *ret)
{
	const struct kc_bytes none = {NULL, 0};
	const struct {
		struct kc_bytes secret, salt;
		enum kc_label label;
	} rows[] = {
		[KC_WRAPPING_PASSWORD] = {password_key, none, KC_LABEL_WRAP_PASSWORD},
		[KC_WRAPPING_BOTH] = {password_key, device_secret, KC_LABEL_WRAP_BOTH},
		[KC_WRAPPING_DEVICE] = {device_secret, none, KC_LABEL_WRAP_DEVICE},
	};
	return kc_kdf_hkdf(KC_HASH_SHA256, rows[wrapping].secret, rows[wrapping].salt,
		kc_label_bytes(rows[wrapping].label), ret->bytes, sizeof ret->bytes);
}

/* A wrapped key opens only as the key of its class and holder, under this cost and salt. */
static kc_err build_ad(const struct kc_keybag_blob *blob, unsigned holder,
	enum kc_protection protection, struct kc_buf *out)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, out);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_utf8(&w, kc_label_bytes(KC_LABEL_CLASS_KEY));
	kc_der_put_uint(&w, (uint64_t)protection);
	kc_der_put_uint(&w, holder);
	if (holder != KC_HOLDER_DEVICE)
		put_cost(&w, &blob->ways[holder]);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_keybag_wrap(struct kc_keybag_blob *blob, unsigned holder, enum kc_protection protection,
	const struct kc_siv_key *key, const struct kc_class_key *root)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, wrapped = KC_BUF_INIT;
	uint8_t *slot = blob->ways[holder].wrapped[protection - KC_PROTECTION_FIRST];

	KC_TRY(build_ad(blob, holder, protection, &ad));
	KC_TRY(kc_aead_siv_seal(key, kc_buf_bytes(&ad), KC_BYTES_OF(root->bytes), &wrapped));
	memcpy(slot, wrapped.data, KC_WRAPPED_KEY_LEN);
	return KC_OK;
}

kc_err kc_keybag_unwrap(const struct kc_keybag_blob *blob, unsigned holder,
	enum kc_protection protection, const struct kc_siv_key *key, struct kc_class_key *ret)
{
	struct kc_bytes wrapped =
		KC_BYTES_OF(blob->ways[holder].wrapped[protection - KC_PROTECTION_FIRST]);
	KC_CLEANUP_SECRET struct kc_secret root = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT;

	KC_TRY(build_ad(blob, holder, protection, &ad));
	KC_TRY(kc_aead_siv_open_secret(key, kc_buf_bytes(&ad), wrapped, &root));
	memcpy(ret->bytes, root.data, KC_CLASS_KEY_LEN);
	return KC_OK;
}
