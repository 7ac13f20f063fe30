/* SPDX-License-Identifier: ISC */
/* CFCopyDescription of keys, in Apple's words: the numbers of the public half, never of another. */
#include <stdio.h>

#include "base/der.h"
#include "keychainapi/Security/key/key.h"

/* clang-format off */
static const struct {
	enum kc_key_type type;
	const char *name;
	int algorithm;
} types[] = {
	{KC_KEY_RSA,     "RSA",     kSecRSAAlgorithmID},
	{KC_KEY_EC,      "EC",      kSecECDSAAlgorithmID},
	{KC_KEY_ED25519, "Ed25519", kSecECDSAAlgorithmID},
	{KC_KEY_ED448,   "Ed448",   kSecECDSAAlgorithmID},
	{KC_KEY_X25519,  "X25519",  kSecECDSAAlgorithmID},
	{KC_KEY_X448,    "X448",    kSecECDSAAlgorithmID},
};
/* clang-format on */

static size_t row_of(SecKeyRef key)
{
	for (size_t i = 0; i < KC_COUNT_OF(types); i++)
		if (types[i].type == kc_pk_type(key->pk))
			return i;
	return 0;
}

CFIndex SecKeyGetAlgorithmId(SecKeyRef key)
{
	return kc_key_is(key) ? types[row_of(key)].algorithm : kSecNullAlgorithmID;
}

CFIndex SecKeyGetAlgorithmIdentifier(SecKeyRef key)
{
	return SecKeyGetAlgorithmId(key);
}

static void push_hex(struct kc_buf *text, struct kc_bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		kc_buf_printf(text, "%02X", bytes.data[i]);
}

/* The contents of the next INTEGER, without the zero that keeps it positive. */
static struct kc_bytes next_number(struct kc_der_reader *r)
{
	struct kc_bytes number = kc_der_get(r, KC_DER_INTEGER);

	while (number.len > 1 && number.data[0] == 0)
		number = kc_bytes(number.data + 1, number.len - 1);
	return number;
}

static void describe_rsa(SecKeyRef key, struct kc_buf *text)
{
	struct kc_der_reader r, fields;
	struct kc_bytes modulus, exponent;
	unsigned long long number = 0;

	kc_der_reader_init(&r, kc_buf_bytes(&key->public_form));
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	modulus = next_number(&fields);
	exponent = next_number(&fields);
	for (size_t i = 0; i < exponent.len; i++)
		number = number << 8 | exponent.data[i];
	kc_buf_printf(text,
		"%u bits (block size: %zu), exponent: {hex: %llx, decimal: %llu}, modulus: ",
		kc_pk_bits(key->pk), kc_key_block_len(key), number, number);
	push_hex(text, modulus);
}

static void describe_point(SecKeyRef key, struct kc_buf *text)
{
	size_t len = kc_key_block_len(key);
	const uint8_t *point = key->public_form.data;

	kc_buf_printf(text, "block size: %zu bits, y: ", 8 * len);
	push_hex(text, kc_bytes(point + 1 + len, len));
	kc_buf_push_str(text, ", x: ");
	push_hex(text, kc_bytes(point + 1, len));
}

static void describe_numbers(SecKeyRef key, struct kc_buf *text)
{
	if (key->is_private)
		kc_buf_printf(text, "block size: %zu bits", 8 * kc_key_block_len(key));
	else if (kc_pk_type(key->pk) == KC_KEY_RSA)
		describe_rsa(key, text);
	else if (kc_pk_type(key->pk) == KC_KEY_EC)
		describe_point(key, text);
	else
		push_hex(text, kc_buf_bytes(&key->public_form));
}

CFStringRef kc_key_describe(CFTypeRef object)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	SecKeyRef key = (SecKeyRef)(uintptr_t)object;
	size_t row = row_of(key);

	kc_buf_push_str(&text, "<SecKeyRef ");
	if (kc_pk_type(key->pk) == KC_KEY_EC)
		kc_buf_printf(&text, "curve type: kSecECCurveSecp%ur1, ", kc_pk_bits(key->pk));
	kc_buf_printf(&text, "algorithm id: %d, key type: %s%sKey, version: 4, ",
		types[row].algorithm, types[row].name, key->is_private ? "Private" : "Public");
	describe_numbers(key, &text);
	kc_buf_printf(&text, ", addr: %p>", object);
	if (kc_buf_check(&text) != KC_OK)
		return NULL;
	return CFStringCreateWithCString(NULL, kc_buf_text(&text), kCFStringEncodingUTF8);
}
