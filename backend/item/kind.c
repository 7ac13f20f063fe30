/* SPDX-License-Identifier: ISC */
/* Conversion by kind: one function a kind, chosen by the table at the end. */
#include "backend/item/kind.h"

#include <endian.h>
#include <string.h>

#include "backend/vault/protection.h"

#define TAG_DATE KC_DER_CONTEXT_PRIMITIVE(0)

/* A number as data: four bytes, as an SInt32 lies in memory on the machines that Security.framework
 * runs on. What does not fit keeps all its bytes, so that different numbers stay different. */
static struct kc_bytes number_bytes(int64_t number, uint8_t scratch[static KC_KIND_SCRATCH_LEN])
{
	uint64_t wide = htole64((uint64_t)number);
	size_t len = number >= INT32_MIN && number <= INT32_MAX ? 4 : 8;

	memcpy(scratch, &wide, sizeof wide);
	return kc_bytes(scratch, len);
}

static kc_err convert_blob(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type == KC_VALUE_STRING && !kc_der_is_utf8(value->bytes))
		return KC_ERR(PARAM);
	if (value->type != KC_VALUE_BYTES && value->type != KC_VALUE_STRING &&
		value->type != KC_VALUE_NUMBER)
		return KC_ERR(PARAM);
	*ret = *value;
	return KC_OK;
}

static kc_err convert_data(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	struct kc_value blob = kc_value_null();

	KC_TRY(convert_blob(value, scratch, &blob));
	*ret = kc_value_bytes(
		blob.type == KC_VALUE_NUMBER ? number_bytes(blob.number, scratch) : blob.bytes);
	return KC_OK;
}

static kc_err convert_string(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type != KC_VALUE_BYTES && value->type != KC_VALUE_STRING)
		return KC_ERR(PARAM);
	if (!kc_der_is_utf8(value->bytes))
		return KC_ERR(PARAM);
	*ret = kc_value_text(value->bytes);
	return KC_OK;
}

/* Whether text is what printf("%d") would give for some 32-bit number. */
static bool is_decimal(struct kc_bytes text, int64_t *ret)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	size_t start = negative ? 1 : 0;
	int64_t number = 0;

	if (text.len == start || text.len > start + 10)
		return false;
	if (text.data[start] == '0' && (negative || text.len > 1))
		return false;
	for (size_t i = start; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (text.data[i] - '0');
	}
	number = negative ? -number : number;
	if (number < INT32_MIN || number > INT32_MAX)
		return false;
	*ret = number;
	return true;
}

static kc_err convert_number(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	int64_t number;

	(void)scratch;
	if (value->type == KC_VALUE_NUMBER || value->type == KC_VALUE_BOOL) {
		*ret = kc_value_number(value->number);
		return KC_OK;
	}
	if (value->type != KC_VALUE_STRING || !kc_der_is_utf8(value->bytes))
		return KC_ERR(PARAM);
	*ret = is_decimal(value->bytes, &number) ? kc_value_number(number) : *value;
	return KC_OK;
}

static kc_err convert_date(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type != KC_VALUE_DATE || value->date != value->date)
		return KC_ERR(PARAM);
	*ret = *value;
	return KC_OK;
}

static kc_err convert_flag(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	struct kc_value number = kc_value_null();

	KC_TRY(convert_number(value, scratch, &number));
	if (number.type != KC_VALUE_NUMBER || number.number < 0 || number.number > 1)
		return KC_ERR(PARAM);
	*ret = number;
	return KC_OK;
}

static kc_err convert_sync(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	if (value->type == KC_VALUE_STRING && kc_bytes_equal(value->bytes, kc_bytes_str("syna"))) {
		*ret = *value;
		return KC_OK;
	}
	return convert_flag(value, scratch, ret);
}

static kc_err convert_sha1(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type != KC_VALUE_BYTES || value->bytes.len != 20)
		return KC_ERR(PARAM);
	*ret = *value;
	return KC_OK;
}

static kc_err convert_uuid(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type == KC_VALUE_NULL) {
		*ret = kc_value_bytes(kc_bytes(NULL, 0));
		return KC_OK;
	}
	if (value->type != KC_VALUE_BYTES || (value->bytes.len != 0 && value->bytes.len != 16))
		return KC_ERR(PARAM);
	*ret = *value;
	return KC_OK;
}

static kc_err convert_secret(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret)
{
	(void)scratch;
	if (value->type != KC_VALUE_BYTES)
		return KC_ERR(PARAM);
	*ret = *value;
	return KC_OK;
}

/* What a normal form is written as. */
enum form { FORM_BYTES, FORM_TEXT, FORM_NUMBER, FORM_DATE };

/* clang-format off */
static const struct kind_row {
	kc_err (*convert)(const struct kc_value *value, uint8_t *scratch, struct kc_value *ret);
	enum form form;
} kinds[] = {
	[KC_KIND_BLOB]   = {convert_blob,   FORM_BYTES},
	[KC_KIND_DATA]   = {convert_data,   FORM_BYTES},
	[KC_KIND_STRING] = {convert_string, FORM_TEXT},
	[KC_KIND_NUMBER] = {convert_number, FORM_NUMBER},
	[KC_KIND_DATE]   = {convert_date,   FORM_DATE},
	[KC_KIND_ACCESS] = {convert_string, FORM_TEXT},
	[KC_KIND_FLAG]   = {convert_flag,   FORM_NUMBER},
	[KC_KIND_SYNC]   = {convert_sync,   FORM_NUMBER},
	[KC_KIND_SHA1]   = {convert_sha1,   FORM_BYTES},
	[KC_KIND_UUID]   = {convert_uuid,   FORM_BYTES},
	[KC_KIND_SECRET] = {convert_secret, FORM_BYTES},
};
/* clang-format on */

kc_err kc_kind_convert(enum kc_kind kind, bool as_filter, const struct kc_value *value,
	uint8_t scratch[static KC_KIND_SCRATCH_LEN], struct kc_value *ret)
{
	enum kc_protection protection;
	struct kc_value converted;

	KC_TRY(kinds[kind].convert(value, scratch, &converted));
	if (kind == KC_KIND_ACCESS &&
		!(as_filter && kc_bytes_equal(converted.bytes, kc_bytes_str("f"))))
		KC_TRY(kc_protection_from_text(converted.bytes, &protection));
	*ret = converted;
	return KC_OK;
}

static void put_bytes(struct kc_der_writer *w, const struct kc_value *value)
{
	uint8_t scratch[KC_KIND_SCRATCH_LEN];

	if (!value)
		kc_der_put_bytes(w, kc_bytes(NULL, 0));
	else if (value->type == KC_VALUE_NUMBER)
		kc_der_put_bytes(w, number_bytes(value->number, scratch));
	else
		kc_der_put_bytes(w, value->bytes);
}

void kc_kind_put_normal(struct kc_der_writer *w, enum kc_kind kind, const struct kc_value *value)
{
	switch (kinds[kind].form) {
	case FORM_BYTES:
		put_bytes(w, value);
		return;
	case FORM_TEXT:
		kc_der_put_utf8(w, value ? value->bytes : kc_bytes(NULL, 0));
		return;
	case FORM_NUMBER:
		if (value && value->type == KC_VALUE_STRING)
			kc_der_put_utf8(w, value->bytes);
		else
			kc_der_put_int(w, value ? value->number : 0);
		return;
	case FORM_DATE:
		kc_der_put_double(w, TAG_DATE, value ? value->date : 0);
		return;
	}
}
