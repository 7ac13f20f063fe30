/* SPDX-License-Identifier: ISC */
/* The table of attributes, and conversion both ways. */
#include "keychainapi/Security/keychain/sec_keychain_attribute.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/der.h"
#include "keychainapi/Security/keychain/sec_keychain_memory.h"

#define NAME(text) KC_NAME((text)[0], (text)[1], (text)[2], (text)[3])
#define PTCL NAME("ptcl")
#define ATYP NAME("atyp")
#define KCLS NAME("kcls")
#define CODE_LEN 4
#define DATE_LEN 15		 /* YYYYMMDDhhmmssZ; a NUL that is counted follows */
#define EPOCH_UNIX 978307200.0	 /* 2001-01-01 */
#define LATEST_UNIX 253402300799 /* the end of the year 9999 */

enum form {
	TEXT,	    /* bytes as they are */
	NUMBER,	    /* four bytes of the machine */
	CODE,	    /* four characters, as a number of the machine */
	CHARACTERS, /* four characters, as they stand in memory */
	DATE,
};

enum { G = 1, I = 2, C = 4, K = 8 };

/* clang-format off */
static const struct row {
	UInt32 tag;
	char name[5];
	enum form form;
	unsigned classes;
} rows[] = {
	{kSecCreationDateItemAttr,       "cdat", DATE,       G | I},
	{kSecModDateItemAttr,            "mdat", DATE,       G | I},
	{kSecDescriptionItemAttr,        "desc", TEXT,       G | I},
	{kSecCommentItemAttr,            "icmt", TEXT,       G | I},
	{kSecCreatorItemAttr,            "crtr", NUMBER,     G | I},
	{kSecTypeItemAttr,               "type", NUMBER,     G | I},
	{kSecScriptCodeItemAttr,         "scrp", NUMBER,     G | I},
	{kSecLabelItemAttr,              "labl", TEXT,       G | I | C | K},
	{kSecInvisibleItemAttr,          "invi", NUMBER,     G | I},
	{kSecNegativeItemAttr,           "nega", NUMBER,     G | I},
	{kSecCustomIconItemAttr,         "cusi", NUMBER,     G | I},
	{kSecAliasItemAttr,              "alis", TEXT,       G | I | C},
	{kSecAccountItemAttr,            "acct", TEXT,       G | I},
	{kSecServiceItemAttr,            "svce", TEXT,       G},
	{kSecGenericItemAttr,            "gena", TEXT,       G},
	{kSecSecurityDomainItemAttr,     "sdmn", TEXT,       I},
	{kSecServerItemAttr,             "srvr", TEXT,       I},
	{kSecAuthenticationTypeItemAttr, "atyp", CHARACTERS, I},
	{kSecPortItemAttr,               "port", NUMBER,     I},
	{kSecPathItemAttr,               "path", TEXT,       I},
	{kSecProtocolItemAttr,           "ptcl", CODE,       I},

	/* certificates */
	{SEC_CODE('c', 't', 'y', 'p'),   "ctyp", NUMBER,     C},
	{SEC_CODE('c', 'e', 'n', 'c'),   "cenc", NUMBER,     C},
	{SEC_CODE('s', 'u', 'b', 'j'),   "subj", TEXT,       C},
	{SEC_CODE('i', 's', 's', 'u'),   "issr", TEXT,       C},
	{SEC_CODE('s', 'n', 'b', 'r'),   "slnr", TEXT,       C},
	{SEC_CODE('s', 'k', 'i', 'd'),   "skid", TEXT,       C},
	{SEC_CODE('h', 'p', 'k', 'y'),   "pkhh", TEXT,       C},

	/* by number: keys, and what passwords have in such places */
	{0,                              "kcls", NUMBER,     K},
	{1,                              "labl", TEXT,       K},
	{2,                              "alis", TEXT,       K},
	{3,                              "perm", NUMBER,     K},
	{6,                              "klbl", TEXT,       K},
	{7,                              "atag", TEXT,       K},
	{7,                              "labl", TEXT,       G | I},
	{8,                              "alis", TEXT,       G | I},
	{9,                              "type", NUMBER,     K},
	{10,                             "bsiz", NUMBER,     K},
	{11,                             "esiz", NUMBER,     K},
	{14,                             "sens", NUMBER,     K},
	{15,                             "asen", NUMBER,     K},
	{16,                             "extr", NUMBER,     K},
	{17,                             "next", NUMBER,     K},
	{18,                             "encr", NUMBER,     K},
	{19,                             "decr", NUMBER,     K},
	{20,                             "drve", NUMBER,     K},
	{21,                             "sign", NUMBER,     K},
	{22,                             "vrfy", NUMBER,     K},
	{25,                             "wrap", NUMBER,     K},
	{26,                             "unwp", NUMBER,     K},
};

static const UInt32 formats[] = {
	[TEXT]       = CSSM_DB_ATTRIBUTE_FORMAT_BLOB,
	[NUMBER]     = CSSM_DB_ATTRIBUTE_FORMAT_UINT32,
	[CODE]       = CSSM_DB_ATTRIBUTE_FORMAT_UINT32,
	[CHARACTERS] = CSSM_DB_ATTRIBUTE_FORMAT_BLOB,
	[DATE]       = CSSM_DB_ATTRIBUTE_FORMAT_TIME_DATE,
};

/* The first row of a class is its name when an item is looked at. */
static const struct {
	SecItemClass item_class;
	kc_name class;
	unsigned bit;
	int64_t key_class; /* of keys; -1: any */
} classes[] = {
	{kSecGenericPasswordItemClass,        KC_CLASS_GENERIC,     G, -1},
	{kSecInternetPasswordItemClass,       KC_CLASS_INTERNET,    I, -1},
	{CSSM_DL_DB_RECORD_GENERIC_PASSWORD,  KC_CLASS_GENERIC,     G, -1},
	{CSSM_DL_DB_RECORD_INTERNET_PASSWORD, KC_CLASS_INTERNET,    I, -1},
	{kSecCertificateItemClass,            KC_CLASS_CERTIFICATE, C, -1},
	{kSecPrivateKeyItemClass,             KC_CLASS_KEY,         K, 1},
	{kSecPublicKeyItemClass,              KC_CLASS_KEY,         K, 0},
	{kSecSymmetricKeyItemClass,           KC_CLASS_KEY,         K, 2},
	{CSSM_DL_DB_RECORD_ALL_KEYS,          KC_CLASS_KEY,         K, -1},
};
/* clang-format on */

/* --- classes --------------------------------------------------------------------------------- */

kc_name kc_sec_keychain_attribute_class(SecItemClass item_class)
{
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (classes[i].item_class == item_class)
			return classes[i].class;
	return 0;
}

SecItemClass kc_sec_keychain_attribute_item_class(kc_name class, const struct kc_attrs *attrs)
{
	int64_t key_class = kc_attrs_get_number(attrs, KCLS, -1);

	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (classes[i].class == class &&
			(classes[i].key_class < 0 || classes[i].key_class == key_class))
			return classes[i].item_class;
	return 0;
}

static unsigned class_bit(kc_name class)
{
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (classes[i].class == class)
			return classes[i].bit;
	return 0;
}

static const struct row *find_row(kc_name class, UInt32 tag)
{
	unsigned bit = class_bit(class);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].tag == tag && rows[i].classes & bit)
			return &rows[i];
	return NULL;
}

/* --- from bytes ------------------------------------------------------------------------------ */

void kc_sec_keychain_attribute_set_text(struct kc_attrs *attrs, kc_name name, struct kc_bytes bytes)
{
	if (kc_der_is_utf8(bytes))
		kc_attrs_set_text(attrs, name, bytes);
	else
		kc_attrs_set_bytes(attrs, name, bytes);
}

static bool is_ascii(const char code[static CODE_LEN])
{
	for (unsigned i = 0; i < CODE_LEN; i++)
		if (code[i] <= 0)
			return false;
	return true;
}

/* What is no text stays a number. */
void kc_sec_keychain_attribute_set_protocol(struct kc_attrs *attrs, UInt32 protocol)
{
	char text[CODE_LEN + 1];

	kc_name_text(protocol, text);
	if (is_ascii(text))
		kc_attrs_set_str(attrs, PTCL, text);
	else if (protocol)
		kc_attrs_set_number(attrs, PTCL, (int32_t)protocol);
}

/* The types there are, as text. */
static bool is_authentication_type(const char *text)
{
	static const char types[][CODE_LEN + 1] = {
		"ntlm", "msna", "dpaa", "rpaa", "http", "httd", "form", "dflt"};

	for (size_t i = 0; i < KC_COUNT_OF(types); i++)
		if (memcmp(types[i], text, CODE_LEN) == 0)
			return true;
	return false;
}

/* Some programs write the number the other way round, as that of a protocol. */
void kc_sec_keychain_attribute_set_authentication(struct kc_attrs *attrs, UInt32 type)
{
	char in_memory[CODE_LEN + 1] = "", as_code[CODE_LEN + 1];

	if (type == 0)
		return;
	memcpy(in_memory, &type, CODE_LEN);
	kc_name_text(type, as_code);
	if (!is_authentication_type(in_memory) && is_authentication_type(as_code))
		kc_attrs_set_str(attrs, ATYP, as_code);
	else
		kc_sec_keychain_attribute_set_text(attrs, ATYP, kc_bytes(in_memory, CODE_LEN));
}

/* Numbers of any size, in the order of the machine. */
static kc_err read_number(struct kc_bytes bytes, int64_t *ret)
{
	union {
		int8_t one;
		uint16_t two;
		int32_t four;
		int64_t eight;
	} number = {0};

	if (bytes.len > sizeof number)
		return KC_ERR(PARAM);
	memcpy(&number, bytes.data, bytes.len);
	switch (bytes.len) {
	case sizeof number.one:
		*ret = number.one;
		return KC_OK;
	case sizeof number.two:
		*ret = number.two;
		return KC_OK;
	case sizeof number.four:
		*ret = number.four;
		return KC_OK;
	case sizeof number.eight:
		*ret = number.eight;
		return KC_OK;
	}
	return KC_ERR(PARAM);
}

static kc_err read_date(struct kc_bytes bytes, double *ret)
{
	char text[DATE_LEN + 1] = "";
	struct tm tm = {0};
	int used = 0;

	if (bytes.len < DATE_LEN)
		return KC_ERR(PARAM);
	memcpy(text, bytes.data, DATE_LEN);
	if (sscanf(text, "%4d%2d%2d%2d%2d%2dZ%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		    &tm.tm_min, &tm.tm_sec, &used) != 6 ||
		used != DATE_LEN)
		return KC_ERR(PARAM);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret = (double)timegm(&tm) - EPOCH_UNIX;
	return KC_OK;
}

static kc_err read_code(const struct row *row, struct kc_bytes bytes, struct kc_attrs *attrs)
{
	UInt32 code = 0;

	if (bytes.len != 0 && bytes.len != CODE_LEN)
		return KC_ERR(PARAM);
	if (bytes.len)
		memcpy(&code, bytes.data, CODE_LEN);
	if (row->form == CODE) {
		kc_attrs_set_number(attrs, NAME(row->name), 0);
		kc_sec_keychain_attribute_set_protocol(attrs, code);
	} else {
		kc_attrs_set_str(attrs, NAME(row->name), "");
		kc_sec_keychain_attribute_set_authentication(attrs, code);
	}
	return KC_OK;
}

static kc_err read_one(const struct row *row, struct kc_bytes bytes, struct kc_attrs *attrs)
{
	kc_name name = NAME(row->name);
	int64_t number = 0;
	double date;

	switch (row->form) {
	case TEXT:
		kc_sec_keychain_attribute_set_text(attrs, name, bytes);
		return KC_OK;
	case NUMBER:
		if (bytes.len)
			KC_TRY(read_number(bytes, &number));
		kc_attrs_set_number(attrs, name, number);
		return KC_OK;
	case CODE:
	case CHARACTERS:
		return read_code(row, bytes, attrs);
	case DATE:
		KC_TRY(read_date(bytes, &date));
		kc_attrs_set_date(attrs, name, date);
		return KC_OK;
	}
	return KC_ERR(BUG);
}

kc_err kc_sec_keychain_attribute_read(kc_name class, const SecKeychainAttributeList *list,
	bool for_search, struct kc_attrs *attrs)
{
	if (!list)
		return KC_OK;
	if (list->count && !list->attr)
		return KC_ERR(PARAM);
	for (UInt32 i = 0; i < list->count; i++) {
		const SecKeychainAttribute *attribute = &list->attr[i];
		const struct row *row = find_row(class, attribute->tag);
		struct kc_bytes bytes = kc_bytes(attribute->data, attribute->length);
		if (!row)
			return KC_ERR(NO_SUCH_ATTR);
		if (bytes.len && !bytes.data)
			return KC_ERR(PARAM);
		if (bytes.len || !for_search)
			KC_TRY(read_one(row, bytes, attrs));
	}
	return KC_OK;
}

/* --- to bytes -------------------------------------------------------------------------------- */

static kc_err write_number(int64_t number, SecKeychainAttribute *attribute)
{
	int32_t small = (int32_t)number;

	return kc_sec_keychain_memory_dup(
		kc_bytes(&small, sizeof small), &attribute->length, &attribute->data);
}

static kc_err write_code(
	const struct row *row, const struct kc_value *value, SecKeychainAttribute *attribute)
{
	UInt32 code = 0;

	if (value->type == KC_VALUE_NUMBER)
		code = (UInt32)value->number;
	else if (value->bytes.len == CODE_LEN && row->form == CODE)
		code = kc_name_from(value->bytes);
	else if (value->bytes.len == CODE_LEN)
		memcpy(&code, value->bytes.data, CODE_LEN);
	return kc_sec_keychain_memory_dup(
		kc_bytes(&code, sizeof code), &attribute->length, &attribute->data);
}

static kc_err write_date(double date, SecKeychainAttribute *attribute)
{
	time_t when = (time_t)(date + EPOCH_UNIX);
	char text[DATE_LEN + 1];
	struct tm tm;

	if (when < 0 || when > LATEST_UNIX || !gmtime_r(&when, &tm) ||
		strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm) != DATE_LEN)
		return KC_OK;
	return kc_sec_keychain_memory_dup(
		kc_bytes(text, sizeof text), &attribute->length, &attribute->data);
}

static bool is_bytes(const struct kc_value *value)
{
	return value->type == KC_VALUE_BYTES || value->type == KC_VALUE_STRING;
}

static bool is_number(const struct kc_value *value)
{
	return value->type == KC_VALUE_NUMBER || value->type == KC_VALUE_BOOL;
}

static kc_err write_value(
	const struct row *row, const struct kc_value *value, SecKeychainAttribute *attribute)
{
	bool is_code = row->form == CODE || row->form == CHARACTERS;

	if (is_code && (is_bytes(value) || is_number(value)))
		return write_code(row, value, attribute);
	if (value->type == KC_VALUE_DATE)
		return write_date(value->date, attribute);
	if (is_number(value))
		return write_number(value->number, attribute);
	if (is_bytes(value))
		return kc_sec_keychain_memory_dup(
			value->bytes, &attribute->length, &attribute->data);
	return KC_OK;
}

kc_err kc_sec_keychain_attribute_write(
	kc_name class, const struct kc_attrs *attrs, SecKeychainAttribute *attribute)
{
	const struct row *row = find_row(class, attribute->tag);
	const struct kc_value *value;

	if (!row)
		return KC_ERR(NO_SUCH_ATTR);
	attribute->length = 0;
	attribute->data = NULL;
	value = kc_attrs_get(attrs, NAME(row->name));
	return value ? write_value(row, value, attribute) : KC_OK;
}

/* --- what there is --------------------------------------------------------------------------- */

void kc_sec_keychain_attribute_info_free(SecKeychainAttributeInfo *info)
{
	if (!info)
		return;
	free(info->tag);
	free(info->format);
	free(info);
}

/* Numbers are second names of passwords' attributes, and the only ones of keys'. */
static bool is_listed(const struct row *row, unsigned bit)
{
	bool is_by_number = row->tag < SEC_CODE(1, 0, 0, 0);

	return row->classes & bit && is_by_number == (bit == K);
}

kc_err kc_sec_keychain_attribute_info(kc_name class, SecKeychainAttributeInfo **ret)
{
	unsigned bit = class_bit(class);
	SecKeychainAttributeInfo *info;

	if (!bit)
		return KC_ERR(NO_SUCH_CLASS);
	info = calloc(1, sizeof *info);
	if (!info)
		return KC_ERR(NO_MEMORY);
	info->tag = calloc(KC_COUNT_OF(rows), sizeof *info->tag);
	info->format = calloc(KC_COUNT_OF(rows), sizeof *info->format);
	if (!info->tag || !info->format) {
		kc_sec_keychain_attribute_info_free(info);
		return KC_ERR(NO_MEMORY);
	}
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (is_listed(&rows[i], bit)) {
			info->tag[info->count] = rows[i].tag;
			info->format[info->count++] = formats[rows[i].form];
		}
	*ret = info;
	return KC_OK;
}
