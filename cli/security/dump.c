/* SPDX-License-Identifier: ISC */
/*
 * One row an attribute, in the order and under the names that the file keychain of macOS has them.
 *
 * Scripts read these lines with sed and awk, so the two blanks before a quoted text, the one blank
 * after a number, and the NUL at the end of a date belong to the format.
 */
#include "cli/security/dump.h"

#include <endian.h>
#include <string.h>
#include <time.h>

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/when.h"

enum form { BLOB, SINT32, UINT32, TIMEDATE, CODE, NOTHING, DATE_BYTES, RECORD };

struct row {
	const char *name; /* as it is printed */
	kc_name attr;
	enum form form;
};

/* clang-format off */
static const struct row generic[] = {
	{"0x00000007 ", KC_ATTR_LABEL,                   BLOB},
	{"0x00000008 ", 0,                               NOTHING},
	{"\"acct\"",    KC_ATTR_ACCOUNT,                 BLOB},
	{"\"cdat\"",    KC_ATTR_CREATED,                 TIMEDATE},
	{"\"crtr\"",    KC_ATTR_CREATOR,                 UINT32},
	{"\"cusi\"",    KC_NAME('c', 'u', 's', 'i'),     SINT32},
	{"\"desc\"",    KC_ATTR_DESCRIPTION,             BLOB},
	{"\"gena\"",    KC_ATTR_GENERIC,                 BLOB},
	{"\"icmt\"",    KC_ATTR_COMMENT,                 BLOB},
	{"\"invi\"",    KC_NAME('i', 'n', 'v', 'i'),     SINT32},
	{"\"mdat\"",    KC_ATTR_CHANGED,                 TIMEDATE},
	{"\"nega\"",    KC_NAME('n', 'e', 'g', 'a'),     SINT32},
	{"\"prot\"",    KC_NAME('p', 'r', 'o', 't'),     BLOB},
	{"\"scrp\"",    KC_NAME('s', 'c', 'r', 'p'),     SINT32},
	{"\"svce\"",    KC_ATTR_SERVICE,                 BLOB},
	{"\"type\"",    KC_ATTR_TYPE,                    UINT32},
};
static const struct row internet[] = {
	{"0x00000007 ", KC_ATTR_LABEL,                   BLOB},
	{"0x00000008 ", 0,                               NOTHING},
	{"\"acct\"",    KC_ATTR_ACCOUNT,                 BLOB},
	{"\"atyp\"",    KC_ATTR_AUTH_TYPE,               CODE},
	{"\"cdat\"",    KC_ATTR_CREATED,                 TIMEDATE},
	{"\"crtr\"",    KC_ATTR_CREATOR,                 UINT32},
	{"\"cusi\"",    KC_NAME('c', 'u', 's', 'i'),     SINT32},
	{"\"desc\"",    KC_ATTR_DESCRIPTION,             BLOB},
	{"\"icmt\"",    KC_ATTR_COMMENT,                 BLOB},
	{"\"invi\"",    KC_NAME('i', 'n', 'v', 'i'),     SINT32},
	{"\"mdat\"",    KC_ATTR_CHANGED,                 TIMEDATE},
	{"\"nega\"",    KC_NAME('n', 'e', 'g', 'a'),     SINT32},
	{"\"path\"",    KC_ATTR_PATH,                    BLOB},
	{"\"port\"",    KC_ATTR_PORT,                    UINT32},
	{"\"prot\"",    KC_NAME('p', 'r', 'o', 't'),     BLOB},
	{"\"ptcl\"",    KC_ATTR_PROTOCOL,                UINT32},
	{"\"scrp\"",    KC_NAME('s', 'c', 'r', 'p'),     SINT32},
	{"\"sdmn\"",    KC_ATTR_DOMAIN,                  BLOB},
	{"\"srvr\"",    KC_ATTR_SERVER,                  BLOB},
	{"\"type\"",    KC_ATTR_TYPE,                    UINT32},
};
static const struct row certificate[] = {
	{"\"alis\"",    KC_NAME('a', 'l', 'i', 's'),     BLOB},
	{"\"cenc\"",    KC_NAME('c', 'e', 'n', 'c'),     UINT32},
	{"\"ctyp\"",    KC_NAME('c', 't', 'y', 'p'),     UINT32},
	{"\"hpky\"",    KC_NAME('p', 'k', 'h', 'h'),     BLOB},
	{"\"issu\"",    KC_NAME('i', 's', 's', 'r'),     BLOB},
	{"\"labl\"",    KC_ATTR_LABEL,                   BLOB},
	{"\"skid\"",    KC_NAME('s', 'k', 'i', 'd'),     BLOB},
	{"\"snbr\"",    KC_NAME('s', 'l', 'n', 'r'),     BLOB},
	{"\"subj\"",    KC_NAME('s', 'u', 'b', 'j'),     BLOB},
};
/* Relation CSSM_DL_DB_RECORD_PRIVATE_KEY and its two sisters. */
static const struct row key[] = {
	{"0x00000000 ", KC_ATTR_KEY_CLASS,               RECORD},
	{"0x00000001 ", KC_ATTR_LABEL,                   BLOB},
	{"0x00000002 ", KC_NAME('a', 'l', 'i', 's'),     BLOB},
	{"0x00000003 ", KC_ATTR_PERMANENT,               UINT32},
	{"0x00000004 ", KC_NAME('p', 'r', 'i', 'v'),     UINT32},
	{"0x00000005 ", KC_NAME('m', 'o', 'd', 'i'),     UINT32},
	{"0x00000006 ", KC_ATTR_KEY_HASH,                BLOB},
	{"0x00000007 ", KC_NAME('a', 't', 'a', 'g'),     BLOB},
	{"0x00000008 ", KC_ATTR_CREATOR,                 UINT32},
	{"0x00000009 ", KC_ATTR_KEY_TYPE,                UINT32},
	{"0x0000000A ", KC_ATTR_KEY_SIZE,                UINT32},
	{"0x0000000B ", KC_NAME('e', 's', 'i', 'z'),     UINT32},
	{"0x0000000C ", KC_ATTR_STARTS,                  DATE_BYTES},
	{"0x0000000D ", KC_ATTR_ENDS,                    DATE_BYTES},
	{"0x0000000E ", KC_NAME('s', 'e', 'n', 's'),     UINT32},
	{"0x0000000F ", KC_NAME('a', 's', 'e', 'n'),     UINT32},
	{"0x00000010 ", KC_ATTR_EXTRACTABLE,             UINT32},
	{"0x00000011 ", KC_NAME('n', 'e', 'x', 't'),     UINT32},
	{"0x00000012 ", KC_ATTR_CAN_ENCRYPT,             UINT32},
	{"0x00000013 ", KC_ATTR_CAN_DECRYPT,             UINT32},
	{"0x00000014 ", KC_ATTR_CAN_DERIVE,              UINT32},
	{"0x00000015 ", KC_ATTR_CAN_SIGN,                UINT32},
	{"0x00000016 ", KC_ATTR_CAN_VERIFY,              UINT32},
	{"0x00000017 ", KC_NAME('s', 'n', 'r', 'c'),     UINT32},
	{"0x00000018 ", KC_NAME('v', 'y', 'r', 'c'),     UINT32},
	{"0x00000019 ", KC_ATTR_CAN_WRAP,                UINT32},
	{"0x0000001A ", KC_ATTR_CAN_UNWRAP,              UINT32},
};
static const struct {
	kc_name class;
	const struct row *rows;
	size_t count;
} classes[] = {
	{KC_CLASS_GENERIC,     generic,     KC_COUNT_OF(generic)},
	{KC_CLASS_INTERNET,    internet,    KC_COUNT_OF(internet)},
	{KC_CLASS_CERTIFICATE, certificate, KC_COUNT_OF(certificate)},
	{KC_CLASS_KEY,         key,         KC_COUNT_OF(key)},
};
static const char *const types[] = {
	[BLOB] = "blob", [SINT32] = "sint32", [UINT32] = "uint32", [TIMEDATE] = "timedate",
	[CODE] = "blob", [NOTHING] = "blob",  [DATE_BYTES] = "blob",
	[RECORD] = "uint32",
};
/* CSSM_DL_DB_RECORD_X509_CERTIFICATE, then the keys by their kSecAttrKeyClass. */
#define RECORD_CERTIFICATE 0x80001000u
static const uint32_t key_records[] = {
	[KC_KEY_PUBLIC] = 0x0f, [KC_KEY_PRIVATE] = 0x10, [KC_KEY_SYMMETRIC] = 0x11,
};
/* clang-format on */

static bool is_readable(uint8_t byte)
{
	return byte >= ' ' && byte <= '~' && byte != '\\';
}

static size_t count_readable(struct kc_bytes value)
{
	size_t count = 0;

	for (size_t i = 0; i < value.len; i++)
		count += is_readable(value.data[i]);
	return count;
}

void kc_sec_dump_hex(struct kc_buf *out, struct kc_bytes value, bool capitals)
{
	const char *digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";

	for (size_t i = 0; i < value.len; i++) {
		kc_buf_push_byte(out, (uint8_t)digits[value.data[i] >> 4]);
		kc_buf_push_byte(out, (uint8_t)digits[value.data[i] & 15]);
	}
}

static void push_quoted(struct kc_buf *out, struct kc_bytes value)
{
	kc_buf_push_byte(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		uint8_t byte = value.data[i];
		if (is_readable(byte))
			kc_buf_push_byte(out, byte);
		else
			kc_buf_printf(out, "\\%03o", byte);
	}
	kc_buf_push_byte(out, '"');
}

void kc_sec_dump_value(struct kc_buf *out, struct kc_bytes value)
{
	size_t readable = count_readable(value);

	if (readable == value.len) {
		push_quoted(out, value);
		return;
	}
	kc_buf_push_str(out, "0x");
	kc_sec_dump_hex(out, value, true);
	kc_buf_push_byte(out, ' ');
	if (readable == 0)
		return;
	kc_buf_push_byte(out, ' ');
	push_quoted(out, value);
}

void kc_sec_dump_bare(struct kc_buf *out, struct kc_bytes value)
{
	bool printable = true;

	for (size_t i = 0; i < value.len; i++)
		printable = printable && value.data[i] >= ' ' && value.data[i] <= '~';
	if (printable)
		kc_buf_push(out, value.data, value.len);
	else
		kc_sec_dump_hex(out, value, false);
}

static void push_number(struct kc_buf *out, int64_t number)
{
	uint32_t bytes = htobe32((uint32_t)number);

	kc_sec_dump_value(out, kc_bytes(&bytes, sizeof bytes));
}

/* "20261122003655Z" and its NUL, always in hexadecimal digits too. */
static void push_timedate(struct kc_buf *out, double date)
{
	char text[KC_WHEN_LEN];
	time_t seconds = (time_t)kc_when_from_absolute(date);
	struct tm parts;
	size_t len = 0;

	if (gmtime_r(&seconds, &parts))
		len = strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts);
	kc_sec_dump_value(out, kc_bytes(text, len + (len > 0)));
}

/* Eight bytes, zeros for the beginning of Apple's time, which stands for no date. */
static void push_date_bytes(struct kc_buf *out, double date)
{
	static const uint8_t none[8];

	if (date == 0)
		kc_sec_dump_value(out, KC_BYTES_OF(none));
	else
		push_timedate(out, date);
}

static struct kc_bytes bytes_of(const struct kc_value *value)
{
	bool has = value->type == KC_VALUE_BYTES || value->type == KC_VALUE_STRING;
	return has ? value->bytes : kc_bytes(NULL, 0);
}

/* Of the texts that every item has, an empty one was not given; only an account may be so. */
static bool is_absent(const struct row *row, const struct kc_value *value)
{
	if (!value || value->type == KC_VALUE_NULL)
		return true;
	return (row->form == BLOB || row->form == CODE) && bytes_of(value).len == 0 &&
	       value->type != KC_VALUE_NUMBER && row->attr != KC_ATTR_ACCOUNT;
}

static uint32_t key_record(int64_t half)
{
	return key_records[half >= 0 && half < 3 ? half : KC_KEY_PRIVATE];
}

static void push_row(struct kc_buf *out, const struct row *row, const struct kc_value *value)
{
	struct kc_bytes bytes = value ? bytes_of(value) : kc_bytes(NULL, 0);

	kc_buf_printf(out, "    %s<%s>=", row->name, types[row->form]);
	if (is_absent(row, value))
		kc_buf_push_str(out, row->form == CODE ? "\"dflt\"" : "<NULL>");
	else if (value->type == KC_VALUE_DATE && row->form == DATE_BYTES)
		push_date_bytes(out, value->date);
	else if (value->type == KC_VALUE_DATE)
		push_timedate(out, value->date);
	else if (row->form == RECORD)
		push_number(out, key_record(value->number));
	else if (value->type == KC_VALUE_NUMBER || value->type == KC_VALUE_BOOL)
		push_number(out, value->number);
	else
		kc_sec_dump_value(out, bytes);
	kc_buf_push_byte(out, '\n');
}

static void push_class(struct kc_buf *out, const struct kc_found *item)
{
	int64_t half = kc_attrs_get_number(&item->attrs, KC_ATTR_KEY_CLASS, KC_KEY_PRIVATE);
	char name[5];

	kc_buf_push_str(out, "class: ");
	if (item->class == KC_CLASS_CERTIFICATE) {
		push_number(out, RECORD_CERTIFICATE);
	} else if (item->class == KC_CLASS_KEY) {
		push_number(out, key_record(half));
	} else {
		kc_name_text(item->class, name);
		push_quoted(out, kc_bytes_str(name));
	}
	kc_buf_push_byte(out, '\n');
}

void kc_sec_dump_item(struct kc_buf *out, const struct kc_found *item, struct kc_bytes keychain)
{
	kc_buf_push_str(out, "keychain: ");
	push_quoted(out, keychain);
	kc_buf_push_str(out, "\nversion: 512\n");
	push_class(out, item);
	kc_buf_push_str(out, "attributes:\n");
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++) {
		if (classes[i].class != item->class)
			continue;
		for (size_t j = 0; j < classes[i].count; j++)
			push_row(out, &classes[i].rows[j],
				kc_attrs_get(&item->attrs, classes[i].rows[j].attr));
	}
}
