/* SPDX-License-Identifier: ISC */
/* One row a kind: the class behind it, the attribute that names it and the one that does where that
 * is empty, what people call it. */
#include "cli/item.h"

#include <string.h>

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/json.h"
#include "cli/url.h"

static const struct row {
	kc_name class, name, otherwise;
	const char *text, *word;
} rows[] = {
	/* clang-format off */
	[KC_ITEM_ANY]         = {0,                    KC_ATTR_LABEL,   KC_ATTR_LABEL, "any",         "item"},
	[KC_ITEM_INTERNET]    = {KC_CLASS_INTERNET,    KC_ATTR_SERVER,  KC_ATTR_LABEL, "internet",    "password"},
	[KC_ITEM_GENERIC]     = {KC_CLASS_GENERIC,     KC_ATTR_SERVICE, KC_ATTR_LABEL, "generic",     "password"},
	[KC_ITEM_KEY]         = {KC_CLASS_KEY,         KC_ATTR_LABEL,   KC_ATTR_TAG,   "key",         "key"},
	[KC_ITEM_CERTIFICATE] = {KC_CLASS_CERTIFICATE, KC_ATTR_LABEL,   KC_ATTR_LABEL, "certificate", "certificate"},
	/* clang-format on */
};

enum kc_item_kind kc_item_kind(const struct kc_found *item)
{
	for (size_t i = 1; i < KC_COUNT_OF(rows); i++)
		if (rows[i].class == item->class)
			return (enum kc_item_kind)i;
	return KC_ITEM_ANY;
}

const char *kc_item_kind_text(enum kc_item_kind kind)
{
	return rows[kind].text;
}

kc_err kc_item_kind_from(const char *text, enum kc_item_kind *ret)
{
	for (size_t i = 1; i < KC_COUNT_OF(rows); i++) {
		if (strcmp(rows[i].text, text) != 0)
			continue;
		*ret = (enum kc_item_kind)i;
		return KC_OK;
	}
	return KC_ERR(PARAM);
}

struct kc_bytes kc_item_name(const struct kc_found *item)
{
	const struct row *row = &rows[kc_item_kind(item)];
	struct kc_bytes name = kc_attrs_get_bytes(&item->attrs, row->name);

	return name.len ? name : kc_attrs_get_bytes(&item->attrs, row->otherwise);
}

void kc_item_push_name(struct kc_buf *out, const struct kc_found *item)
{
	struct kc_bytes name = kc_item_name(item);
	struct kc_bytes hash = kc_attrs_get_bytes(&item->attrs, KC_ATTR_KEY_HASH);

	kc_buf_push(out, name.data, name.len);
	if (name.len || item->class != KC_CLASS_KEY)
		return;
	for (size_t i = 0; i < hash.len && i < KC_ITEM_HASH_DIGITS / 2; i++)
		kc_buf_printf(out, "%02x", hash.data[i]);
}

bool kc_item_has_hash(const struct kc_found *item, const char *digits)
{
	KC_CLEANUP_BUF struct kc_buf hex = KC_BUF_INIT;
	struct kc_bytes hash = kc_attrs_get_bytes(&item->attrs, KC_ATTR_KEY_HASH);
	const char *text;

	if (item->class != KC_CLASS_KEY || strlen(digits) < KC_ITEM_HASH_DIGITS)
		return false;
	for (size_t i = 0; i < hash.len; i++)
		kc_buf_printf(&hex, "%02x", hash.data[i]);
	text = kc_buf_text(&hex);
	return text && strncasecmp(text, digits, strlen(digits)) == 0;
}

struct kc_bytes kc_item_user(const struct kc_found *item)
{
	return kc_attrs_get_bytes(&item->attrs, KC_ATTR_ACCOUNT);
}

static int64_t key_class(const struct kc_found *item)
{
	return kc_attrs_get_number(&item->attrs, KC_ATTR_KEY_CLASS, KC_KEY_PRIVATE);
}

const char *kc_item_word(const struct kc_found *item)
{
	enum kc_item_kind kind = kc_item_kind(item);

	return kind == KC_ITEM_KEY && key_class(item) == KC_KEY_PUBLIC ? "public key"
								       : rows[kind].word;
}

bool kc_item_is_synced(const struct kc_found *item)
{
	return kc_attrs_get_number(&item->attrs, KC_ATTR_SYNC, 0) != 0;
}

/* The "this device only" values of kSecAttrAccessible are those that end in u. */
bool kc_item_is_bound(const struct kc_found *item)
{
	struct kc_bytes when = kc_attrs_get_bytes(&item->attrs, KC_ATTR_ACCESSIBLE);

	return when.len && when.data[when.len - 1] == 'u';
}

void kc_item_push_place(struct kc_buf *out, const struct kc_found *item)
{
	if (kc_item_kind(item) == KC_ITEM_INTERNET)
		kc_url_push(out, &item->attrs);
	else
		kc_item_push_name(out, item);
}

bool kc_item_is_same_key(const struct kc_found *a, const struct kc_found *b)
{
	struct kc_bytes hash = kc_attrs_get_bytes(&a->attrs, KC_ATTR_KEY_HASH);

	return a->class == KC_CLASS_KEY && b->class == KC_CLASS_KEY && hash.len &&
	       kc_bytes_equal(hash, kc_attrs_get_bytes(&b->attrs, KC_ATTR_KEY_HASH));
}

bool kc_item_is_same_place(const struct kc_found *a, const struct kc_found *b)
{
	static const kc_name key[] = {KC_ATTR_ACCOUNT, KC_ATTR_SERVER, KC_ATTR_SERVICE,
		KC_ATTR_PROTOCOL, KC_ATTR_PATH, KC_ATTR_DOMAIN, KC_ATTR_GROUP};

	if (a->class != b->class || a->class == KC_CLASS_CERTIFICATE)
		return false;
	if (a->class == KC_CLASS_KEY)
		return kc_item_is_same_key(a, b);
	for (size_t i = 0; i < KC_COUNT_OF(key); i++)
		if (!kc_bytes_equal(kc_attrs_get_bytes(&a->attrs, key[i]),
			    kc_attrs_get_bytes(&b->attrs, key[i])))
			return false;
	return kc_attrs_get_number(&a->attrs, KC_ATTR_PORT, 0) ==
	       kc_attrs_get_number(&b->attrs, KC_ATTR_PORT, 0);
}

static json_t *text_or_null(const struct kc_attrs *attrs, kc_name name)
{
	return kc_attrs_get(attrs, name) ? kc_json_text(kc_attrs_get_bytes(attrs, name))
					 : json_null();
}

static json_t *date_or_null(const struct kc_attrs *attrs, kc_name name)
{
	return kc_attrs_get(attrs, name) ? kc_json_date(kc_attrs_get_date(attrs, name, 0))
					 : json_null();
}

json_t *kc_item_name_json(const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	kc_item_push_name(&name, item);
	return kc_json_text(kc_buf_bytes(&name));
}

json_t *kc_item_json(const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf url = KC_BUF_INIT;
	char class[5];
	json_t *object = json_object();

	kc_name_text(item->class, class);
	kc_json_set(object, "name", kc_item_name_json(item));
	kc_json_set(object, "user", kc_json_text(kc_item_user(item)));
	kc_json_set(object, "kind", json_string(kc_item_kind_text(kc_item_kind(item))));
	kc_json_set(object, "class", json_string(class));
	kc_json_set(object, "sync", json_boolean(kc_item_is_synced(item)));
	kc_json_set(object, "accessible", text_or_null(&item->attrs, KC_ATTR_ACCESSIBLE));
	kc_json_set(object, "group", text_or_null(&item->attrs, KC_ATTR_GROUP));
	kc_json_set(object, "created", date_or_null(&item->attrs, KC_ATTR_CREATED));
	kc_json_set(object, "changed", date_or_null(&item->attrs, KC_ATTR_CHANGED));
	kc_json_set(object, "label", text_or_null(&item->attrs, KC_ATTR_LABEL));
	if (kc_item_kind(item) == KC_ITEM_INTERNET) {
		kc_item_push_place(&url, item);
		kc_json_set(object, "url", kc_json_text(kc_buf_bytes(&url)));
	}
	return object;
}
