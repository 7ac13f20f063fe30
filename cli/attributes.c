/* SPDX-License-Identifier: ISC */
/* A value is shown by its type alone; which attribute it is of does not matter here. */
#include "cli/attributes.h"

#include "cli/base64.h"
#include "cli/json.h"
#include "cli/visible.h"
#include "cli/when.h"

static void push_value(struct kc_buf *out, const struct kc_value *value, const struct kc_look *look)
{
	char date[KC_WHEN_LEN];

	switch (value->type) {
	case KC_VALUE_NULL:
		kc_buf_push_str(out, "<NULL>");
		break;
	case KC_VALUE_BYTES:
		kc_buf_push_str(out, "0x");
		for (size_t i = 0; i < value->bytes.len; i++)
			kc_buf_printf(out, "%02x", value->bytes.data[i]);
		break;
	case KC_VALUE_STRING:
		kc_buf_push_byte(out, '"');
		kc_visible_push(out, value->bytes, look);
		kc_buf_push_byte(out, '"');
		break;
	case KC_VALUE_NUMBER:
	case KC_VALUE_BOOL:
		kc_buf_printf(out, "%lld", (long long)value->number);
		break;
	case KC_VALUE_DATE:
		kc_when_rfc3339(kc_when_from_absolute(value->date), date);
		kc_buf_push_str(out, date);
		break;
	}
}

static void push_line(struct kc_buf *out, const char *name, const struct kc_value *value,
	const struct kc_look *look)
{
	kc_buf_printf(out, "%s: ", name);
	push_value(out, value, look);
	kc_buf_push_byte(out, '\n');
}

void kc_attributes_push(struct kc_buf *out, const struct kc_found *item, const struct kc_look *look)
{
	struct kc_bytes secret = kc_secret_bytes(&item->secret);
	struct kc_value value =
		kc_der_is_utf8(secret) ? kc_value_text(secret) : kc_value_bytes(secret);
	char name[5];

	kc_name_text(item->class, name);
	kc_buf_printf(out, "class: %s\n", name);
	for (size_t i = 0; i < item->attrs.count; i++) {
		kc_name_text(item->attrs.rows[i].name, name);
		push_line(out, name, &item->attrs.rows[i].value, look);
	}
	if (item->has_secret)
		push_line(out, "v_Data", &value, look);
}

static json_t *data_json(struct kc_bytes data)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_base64_push(&text, data);
	return json_pack("{s:s%}", "base64", text.len ? (const char *)text.data : "", text.len);
}

static json_t *value_json(const struct kc_value *value)
{
	switch (value->type) {
	case KC_VALUE_NULL:
		return json_null();
	case KC_VALUE_BYTES:
		return data_json(value->bytes);
	case KC_VALUE_STRING:
		return kc_json_text(value->bytes);
	case KC_VALUE_NUMBER:
	case KC_VALUE_BOOL:
		return json_integer((json_int_t)value->number);
	case KC_VALUE_DATE:
		return kc_json_date(value->date);
	}
	return NULL;
}

json_t *kc_attributes_json(const struct kc_attrs *attrs)
{
	json_t *object = json_object();
	char name[5];

	for (size_t i = 0; i < attrs->count; i++) {
		kc_name_text(attrs->rows[i].name, name);
		kc_json_set(object, name, value_json(&attrs->rows[i].value));
	}
	return object;
}
