/* SPDX-License-Identifier: ISC */
/* Items in the clear. */
#include "backend/item/item.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/mechanism.h"
#include "base/random.h"

/* The least step between two dates of one item, seconds. */
#define DATE_STEP 0.001

void kc_item_done(struct kc_item *item)
{
	kc_attrs_done(&item->attrs);
	kc_attrs_done(&item->within);
	kc_secret_done(&item->secret);
	*item = (struct kc_item)KC_ITEM_INIT;
}

void kc_item_move(struct kc_item *to, struct kc_item *from)
{
	kc_item_done(to);
	*to = *from;
	*from = (struct kc_item)KC_ITEM_INIT;
}

static void set_default(struct kc_attrs *attrs, const struct kc_ruler_row *row)
{
	switch (row->otherwise) {
	case KC_DEFAULT_NONE:
		return;
	case KC_DEFAULT_TEXT:
		kc_attrs_set_str(attrs, row->name, "");
		return;
	case KC_DEFAULT_BYTES:
		kc_attrs_set_bytes(attrs, row->name, kc_bytes(NULL, 0));
		return;
	case KC_DEFAULT_ZERO:
		kc_attrs_set_number(attrs, row->name, 0);
		return;
	case KC_DEFAULT_EPOCH:
		kc_attrs_set_date(attrs, row->name, 0);
		return;
	}
}

static void fill_defaults(struct kc_item *item)
{
	uint8_t bit = kc_ruler_class_bit(item->class);
	size_t count;
	const struct kc_ruler_row *rows = kc_ruler_rows(&count);

	for (size_t i = 0; i < count; i++)
		if ((rows[i].needed & bit) && !kc_attrs_get(&item->attrs, rows[i].name))
			set_default(&item->attrs, &rows[i]);
}

/* --- what the bytes say -------------------------------------------------------------------------
 */

#define NAME_LEN 4

static bool is_own(const struct kc_item *item, kc_name name)
{
	struct kc_bytes names = kc_attrs_get_bytes(&item->attrs, KC_ATTR_SELF);

	for (size_t at = 0; at + NAME_LEN <= names.len; at += NAME_LEN)
		if (kc_name_from(kc_bytes(names.data + at, NAME_LEN)) == name)
			return true;
	return false;
}

static bool is_default(const struct kc_item *item, const struct kc_ruler_row *row)
{
	KC_CLEANUP_ATTRS struct kc_attrs defaults = KC_ATTRS_INIT;
	const struct kc_value *value = kc_attrs_get(&item->attrs, row->name);

	if (!value)
		return true;
	if (!(row->needed & kc_ruler_class_bit(item->class)))
		return false;
	set_default(&defaults, row);
	return kc_attrs_check(&defaults) == KC_OK &&
	       kc_value_equal(value, kc_attrs_get(&defaults, row->name));
}

kc_err kc_item_set_own(struct kc_item *item, kc_name name, const struct kc_value *value)
{
	const struct kc_ruler_row *row = kc_ruler_find(item->class, name);
	struct kc_bytes names = kc_attrs_get_bytes(&item->attrs, KC_ATTR_SELF);
	KC_CLEANUP_BUF struct kc_buf longer = KC_BUF_INIT;
	char text[NAME_LEN + 1];

	if (!row || !is_default(item, row))
		return KC_OK;
	if ((value->type == KC_VALUE_BYTES || value->type == KC_VALUE_STRING) &&
		value->bytes.len > KC_RULER_MAX_VALUE)
		return KC_OK;
	kc_name_text(name, text);
	kc_buf_push(&longer, names.data, names.len);
	kc_buf_push_str(&longer, text);
	KC_TRY(kc_buf_check(&longer));
	kc_attrs_set(&item->attrs, name, value);
	kc_attrs_set_bytes(&item->attrs, KC_ATTR_SELF, kc_buf_bytes(&longer));
	return kc_attrs_check(&item->attrs);
}

void kc_item_drop_own(struct kc_item *item)
{
	for (size_t i = item->attrs.count; i-- > 0;)
		if (is_own(item, item->attrs.rows[i].name))
			kc_attrs_remove(&item->attrs, item->attrs.rows[i].name);
	kc_attrs_remove(&item->attrs, KC_ATTR_SELF);
}

/* --- building ------------------------------------------------------------------------------------
 */

/* Certificates and public keys are no secrets, and programs look for them while locked. */
static enum kc_protection default_protection(const struct kc_item *item)
{
	if (kc_bytes_equal(
		    kc_attrs_get_bytes(&item->attrs, KC_ATTR_AGRP), kc_bytes_str("com.apple.apsd")))
		return KC_PROTECTION_DKU;
	if (item->class == KC_CLASS_CERTIFICATE)
		return KC_PROTECTION_DK;
	if (item->class == KC_CLASS_KEY) {
		const struct kc_value *key_class = kc_attrs_get(&item->attrs, KC_ATTR_KCLS);
		if (key_class && key_class->type == KC_VALUE_NUMBER &&
			key_class->number == KC_KEY_PUBLIC)
			return KC_PROTECTION_DK;
	}
	return KC_PROTECTION_AK;
}

/* Makes the fields say what the attributes say. */
static kc_err read_fields(struct kc_item *item)
{
	const struct kc_value *access = kc_attrs_get(&item->attrs, KC_ATTR_PDMN);

	if (access) {
		KC_TRY(kc_protection_from_text(access->bytes, &item->protection));
	} else {
		item->protection = default_protection(item);
		kc_attrs_set_str(&item->attrs, KC_ATTR_PDMN, kc_protection_text(item->protection));
	}
	item->sync = kc_attrs_get_number(&item->attrs, KC_ATTR_SYNC, 0) != 0;
	item->tomb = kc_attrs_get_number(&item->attrs, KC_ATTR_TOMB, 0) != 0;
	return kc_attrs_check(&item->attrs);
}

static kc_err set_secret(struct kc_item *item, const struct kc_bytes *secret)
{
	if (secret->len > KC_ITEM_MAX_SECRET)
		return KC_ERR(TOO_LARGE);
	KC_TRY(kc_secret_set(&item->secret, *secret));
	item->has_secret = true;
	return KC_OK;
}

/* Secret attributes live apart from the others. */
static kc_err split_secrets(struct kc_item *item)
{
	for (size_t i = item->attrs.count; i-- > 0;) {
		const struct kc_attr *attr = &item->attrs.rows[i];
		const struct kc_ruler_row *row = kc_ruler_find(item->class, attr->name);
		if (!row || row->output != KC_OUTPUT_SECRET)
			continue;
		kc_attrs_set(&item->within, attr->name, &attr->value);
		kc_attrs_remove(&item->attrs, attr->name);
	}
	KC_TRY(kc_attrs_check(&item->within));
	return kc_attrs_check(&item->attrs);
}

static size_t attrs_size(const struct kc_attrs *attrs)
{
	size_t size = 0;

	for (size_t i = 0; i < attrs->count; i++)
		size += 16 + kc_attrs_get_bytes(attrs, attrs->rows[i].name).len;
	return size;
}

size_t kc_item_size(const struct kc_item *item)
{
	return attrs_size(&item->attrs) + attrs_size(&item->within) + item->secret.len;
}

static kc_err check_limits(const struct kc_item *item)
{
	if (item->sync && kc_item_size(item) > KC_ITEM_MAX_SYNCED)
		return KC_ERR(TOO_LARGE);
	return KC_OK;
}

static void drop_secret(struct kc_item *item)
{
	kc_secret_done(&item->secret);
	item->has_secret = false;
	kc_attrs_done(&item->within);
}

/* What every way of making or changing an item ends with. */
static kc_err settle(struct kc_item *item)
{
	KC_TRY(read_fields(
		item)); /* before the defaults, which would make every key a public one */
	fill_defaults(item);
	KC_TRY(split_secrets(item));
	if (item->tomb)
		drop_secret(item);
	return check_limits(item);
}

void kc_item_rename(struct kc_item *item)
{
	uint8_t random[16];
	char text[37];

	kc_random_fill(random, sizeof random);
	random[6] = (uint8_t)((random[6] & 0x0f) | 0x40); /* RFC 4122, 4.4 */
	random[8] = (uint8_t)((random[8] & 0x3f) | 0x80);
	snprintf(text, sizeof text,
		"%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", random[0],
		random[1], random[2], random[3], random[4], random[5], random[6], random[7],
		random[8], random[9], random[10], random[11], random[12], random[13], random[14],
		random[15]);
	kc_attrs_set_str(&item->attrs, KC_ATTR_UUID, text);
}

kc_err kc_item_build(kc_name class, const struct kc_attrs *given, const struct kc_bytes *secret,
	struct kc_item *ret)
{
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	double now = kc_clock_absolute();

	item.class = class;
	if (class == 0)
		return KC_ERR(NO_SUCH_CLASS);
	KC_TRY(kc_ruler_convert(class, KC_USE_ADD, given, &item.attrs));
	if (!kc_attrs_get(&item.attrs, KC_ATTR_UUID))
		kc_item_rename(&item);
	kc_attrs_set_date(&item.attrs, KC_ATTR_CDAT, now);
	kc_attrs_set_date(&item.attrs, KC_ATTR_MDAT, now);
	if (secret)
		KC_TRY(set_secret(&item, secret));
	KC_TRY(settle(&item));
	kc_item_move(ret, &item);
	return KC_OK;
}

/* Takes over attributes that are already in their stored form, and refuses any other form. */
static kc_err adopt(kc_name class, const struct kc_attrs *attrs, bool within, struct kc_attrs *ret)
{
	for (size_t i = 0; i < attrs->count; i++) {
		const struct kc_attr *attr = &attrs->rows[i];
		const struct kc_ruler_row *row = kc_ruler_find(class, attr->name);
		uint8_t scratch[KC_KIND_SCRATCH_LEN];
		struct kc_value value;

		if (!row)
			return KC_ERR(NO_SUCH_ATTR);
		if (!row->synced || within != (row->output == KC_OUTPUT_SECRET))
			return KC_ERR(PARAM);
		KC_TRY(kc_kind_convert(row->kind, false, &attr->value, scratch, &value));
		if (!kc_value_equal(&value, &attr->value))
			return KC_ERR(PARAM);
		if ((value.type == KC_VALUE_BYTES || value.type == KC_VALUE_STRING) &&
			value.bytes.len > KC_RULER_MAX_VALUE)
			return KC_ERR(TOO_LARGE);
		kc_attrs_set(ret, attr->name, &value);
	}
	return kc_attrs_check(ret);
}

kc_err kc_item_build_remote(kc_name class, const struct kc_attrs *attrs,
	const struct kc_attrs *within, const struct kc_bytes *secret, struct kc_item *ret)
{
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;

	item.class = class;
	if (class == 0 || kc_ruler_class_bit(class) == 0)
		return KC_ERR(NO_SUCH_CLASS);
	KC_TRY(adopt(class, attrs, false, &item.attrs));
	KC_TRY(adopt(class, within, true, &item.within));
	if (!kc_attrs_get(&item.attrs, KC_ATTR_AGRP) || !kc_attrs_get(&item.attrs, KC_ATTR_CDAT) ||
		!kc_attrs_get(&item.attrs, KC_ATTR_MDAT))
		return KC_ERR(INCOMPLETE);
	kc_item_rename(&item);
	kc_attrs_set_number(&item.attrs, KC_ATTR_SYNC, 1);
	if (secret)
		KC_TRY(set_secret(&item, secret));
	KC_TRY(settle(&item));
	kc_item_move(ret, &item);
	return KC_OK;
}

void kc_item_touch(struct kc_item *item, double not_before)
{
	double now = kc_clock_absolute();

	kc_attrs_set_date(
		&item->attrs, KC_ATTR_MDAT, now > not_before ? now : not_before + DATE_STEP);
}

/* What of a key must not be loosened: a private or secret key that is not extractable, a secret key
 * that is sensitive, a key that only trusted ones wrap, and one that asks at each use. SecItem's
 * private keys are sensitive and come out all the same, but none has such conditions. */
enum { UNEXTRACTABLE = 1, SENSITIVE = 2, WANTS_TRUST = 4, ASKS = 8 };

static unsigned holds_of(const struct kc_item *item)
{
	int64_t key_class = kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, KC_KEY_PUBLIC);
	unsigned holds = 0;

	if (item->class != KC_CLASS_KEY ||
		(key_class != KC_KEY_PRIVATE && key_class != KC_KEY_SYMMETRIC))
		return 0;
	if (kc_attrs_get_number(&item->attrs, KC_ATTR_EXTR, 1) == 0)
		holds |= UNEXTRACTABLE;
	if (kc_attrs_get_number(&item->attrs, KC_ATTR_WWTR, 0) != 0)
		holds |= WANTS_TRUST;
	if (kc_attrs_get_number(&item->attrs, KC_ATTR_ALAU, 0) != 0)
		holds |= ASKS;
	if ((key_class == KC_KEY_SYMMETRIC || (holds & (WANTS_TRUST | ASKS))) &&
		kc_attrs_get_number(&item->attrs, KC_ATTR_SENS, 0) != 0)
		holds |= SENSITIVE;
	return holds;
}

kc_err kc_item_change(
	struct kc_item *item, const struct kc_attrs *given, const struct kc_bytes *secret)
{
	KC_CLEANUP_ATTRS struct kc_attrs changes = KC_ATTRS_INIT;
	unsigned holds = holds_of(item);

	KC_TRY(kc_ruler_convert(item->class, KC_USE_UPDATE, given, &changes));
	kc_attrs_merge(&item->attrs, &changes);
	KC_TRY(kc_attrs_check(&item->attrs));
	if ((holds & holds_of(item)) != holds)
		return KC_ERR(NOT_MODIFIABLE);
	if (secret)
		KC_TRY(set_secret(item, secret));
	kc_item_touch(item, kc_attrs_get_date(&item->attrs, KC_ATTR_MDAT, 0));
	return settle(item);
}

static bool stays_in_tombstone(const struct kc_item *item, kc_name name)
{
	const struct kc_ruler_row *row = kc_ruler_find(item->class, name);

	return (row && (row->key & kc_ruler_class_bit(item->class))) || name == KC_ATTR_PDMN ||
	       name == KC_ATTR_CDAT || name == KC_ATTR_MDAT || name == KC_ATTR_UUID ||
	       name == KC_ATTR_TOMB || name == KC_ATTR_SELF;
}

kc_err kc_item_bury(struct kc_item *item)
{
	for (size_t i = item->attrs.count; i-- > 0;)
		if (!stays_in_tombstone(item, item->attrs.rows[i].name))
			kc_attrs_remove(&item->attrs, item->attrs.rows[i].name);
	kc_attrs_set_number(&item->attrs, KC_ATTR_TOMB, 1);
	kc_item_touch(item, kc_attrs_get_date(&item->attrs, KC_ATTR_MDAT, 0));
	drop_secret(item);
	return read_fields(item);
}

/* NULL for what counts as not said. */
static const struct kc_value *key_part(const struct kc_item *item, kc_name name)
{
	if (item->class == KC_CLASS_KEY && is_own(item, name))
		return NULL;
	return kc_attrs_get(&item->attrs, name);
}

kc_err kc_item_put_key(const struct kc_item *item, bool sync, struct kc_buf *ret)
{
	uint8_t bit = kc_ruler_class_bit(item->class);
	struct kc_value mark = kc_value_number(sync);
	struct kc_der_writer w;
	size_t count;
	const struct kc_ruler_row *rows = kc_ruler_rows(&count);

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, item->class);
	for (size_t i = 0; i < count; i++) {
		if (!(rows[i].key & bit))
			continue;
		kc_kind_put_normal(&w, rows[i].kind,
			rows[i].name == KC_ATTR_SYNC ? &mark : key_part(item, rows[i].name));
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

bool kc_item_is_kept(const struct kc_item *item)
{
	return (holds_of(item) & (UNEXTRACTABLE | SENSITIVE)) != 0;
}

bool kc_item_is_of_one_kind(const struct kc_item *a, const struct kc_item *b)
{
	static const kc_name names[] = {KC_ATTR_KCLS, KC_NAME('t', 'y', 'p', 'e'), KC_ATTR_ESIZ};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		const struct kc_value *one = kc_attrs_get(&a->attrs, names[i]);
		const struct kc_value *other = kc_attrs_get(&b->attrs, names[i]);

		if (one != other && (!one || !other || !kc_value_equal(one, other)))
			return false;
	}
	return true;
}
