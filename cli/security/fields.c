/* SPDX-License-Identifier: ISC */
/* One row an option. */
#include "cli/security/fields.h"

#include <string.h>

#include "base/der.h"
#include "cli/attr.h"

/* CODE is four characters that stand for a number, PROTOCOL four that are stored as they are. */
enum form { TEXT, CODE, PROTOCOL, PORT };

struct kc_sec_field {
	char letter;
	kc_name name;
	enum form form;
	bool primary;
};

/* clang-format off */
static const struct kc_sec_field generic[] = {
	{'a', KC_ATTR_ACCOUNT,     TEXT,     true},
	{'c', KC_ATTR_CREATOR,     CODE,     false},
	{'C', KC_ATTR_TYPE,        CODE,     false},
	{'D', KC_ATTR_DESCRIPTION, TEXT,     false},
	{'G', KC_ATTR_GENERIC,     TEXT,     false},
	{'j', KC_ATTR_COMMENT,     TEXT,     false},
	{'l', KC_ATTR_LABEL,       TEXT,     false},
	{'s', KC_ATTR_SERVICE,     TEXT,     true},
};
static const struct kc_sec_field internet[] = {
	{'a', KC_ATTR_ACCOUNT,     TEXT,     true},
	{'c', KC_ATTR_CREATOR,     CODE,     false},
	{'C', KC_ATTR_TYPE,        CODE,     false},
	{'d', KC_ATTR_DOMAIN,      TEXT,     true},
	{'D', KC_ATTR_DESCRIPTION, TEXT,     false},
	{'j', KC_ATTR_COMMENT,     TEXT,     false},
	{'l', KC_ATTR_LABEL,       TEXT,     false},
	{'p', KC_ATTR_PATH,        TEXT,     true},
	{'P', KC_ATTR_PORT,        PORT,     true},
	{'r', KC_ATTR_PROTOCOL,    PROTOCOL, true},
	{'s', KC_ATTR_SERVER,      TEXT,     true},
	{'t', KC_ATTR_AUTH_TYPE,   PROTOCOL, true},
};
const struct kc_sec_kind kc_sec_generic = {
	KC_CLASS_GENERIC, "a:c:C:D:G:j:l:s:", generic, KC_COUNT_OF(generic), "as", KC_ATTR_SERVICE,
};
const struct kc_sec_kind kc_sec_internet = {
	KC_CLASS_INTERNET, "a:c:C:d:D:j:l:p:P:r:s:t:", internet, KC_COUNT_OF(internet), "as",
	KC_ATTR_SERVER,
};
/* clang-format on */

static void set_text(struct kc_attrs *attrs, kc_name name, struct kc_bytes text)
{
	if (kc_der_is_utf8(text))
		kc_attrs_set_text(attrs, name, text);
	else
		kc_attrs_set_bytes(attrs, name, text);
}

/* Four characters; fewer have blanks behind them, as "ftp " has. */
static bool four(const char *text, char ret[static 5])
{
	size_t len = strlen(text);

	if (len == 0 || len > 4)
		return false;
	memcpy(ret, "    ", 5);
	memcpy(ret, text, len);
	return true;
}

static bool set_field(const struct kc_sec_field *field, const char *text, struct kc_attrs *attrs)
{
	char code[5], *end;
	unsigned long port;

	switch (field->form) {
	case TEXT:
		set_text(attrs, field->name, kc_bytes_str(text));
		return true;
	case CODE:
		if (!four(text, code))
			return false;
		kc_attrs_set_number(attrs, field->name, kc_name_from(kc_bytes(code, 4)));
		return true;
	case PROTOCOL:
		if (!four(text, code))
			return false;
		set_text(attrs, field->name, kc_bytes(code, 4));
		return true;
	case PORT:
		port = strtoul(text, &end, 10);
		if (end == text || *end || port > 65535)
			return false;
		kc_attrs_set_number(attrs, field->name, (int64_t)port);
		return true;
	}
	return false;
}

static void say_what_is_wrong(struct kc_sec *sec, const struct kc_sec_field *field)
{
	kc_sec_say(sec, "Error: %s.\n",
		field->form == PORT ? "a port is a number up to 65535"
				    : "four-character types must be exactly 4 characters long");
}

bool kc_sec_fields_set(struct kc_sec *sec, const struct kc_sec_kind *kind,
	const struct kc_sec_args *args, bool primary, bool others, struct kc_attrs *attrs)
{
	for (size_t i = 0; i < kind->count; i++) {
		const struct kc_sec_field *field = &kind->fields[i];
		const char *text = args->value[(unsigned char)field->letter];
		if (!text || !(field->primary ? primary : others))
			continue;
		if (set_field(field, text, attrs))
			continue;
		say_what_is_wrong(sec, field);
		return false;
	}
	return true;
}

/* Those of kc have no type, those of older scripts the default one. */
static bool is_default(const struct kc_sec_field *field, const struct kc_attrs *item)
{
	struct kc_bytes text = kc_attrs_get_bytes(item, field->name);

	if (field->name == KC_ATTR_AUTH_TYPE &&
		kc_bytes_equal(text, kc_bytes_str(KC_SEC_DEFAULT_TYPE)))
		return true;
	return text.len == 0 && kc_attrs_get_number(item, field->name, 0) == 0;
}

bool kc_sec_fields_is_same(
	const struct kc_sec_kind *kind, const struct kc_sec_args *args, const struct kc_attrs *item)
{
	for (size_t i = 0; i < kind->count; i++) {
		const struct kc_sec_field *field = &kind->fields[i];
		if (field->primary && !args->given[(unsigned char)field->letter] &&
			!is_default(field, item))
			return false;
	}
	return true;
}
