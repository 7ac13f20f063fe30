/* SPDX-License-Identifier: ISC */
/* The default profile's view of password attributes. */
#include "keychainapi/Security/item/tolerance.h"

#include <string.h>

#define NAME(text) KC_NAME((text)[0], (text)[1], (text)[2], (text)[3])
#define LABL NAME("labl")
#define ACCT NAME("acct")
#define SVCE NAME("svce")
#define SRVR NAME("srvr")
#define PORT NAME("port")
#define PTCL NAME("ptcl")
#define ATYP NAME("atyp")

/* clang-format off */
static const struct {
	char name[5];
	bool generic, internet;
} known[] = {
	{"acct", true,  true},
	{"alis", true,  true},
	{"bin0", false, true},
	{"bin1", false, true},
	{"bin2", false, true},
	{"bin3", false, true},
	{"bini", false, true},
	{"binn", false, true},
	{"cdat", true,  true},
	{"crtr", true,  true},
	{"cusi", true,  true},
	{"desc", true,  true},
	{"gena", true,  false},
	{"icmt", true,  true},
	{"invi", true,  true},
	{"labl", true,  true},
	{"mdat", true,  true},
	{"nega", true,  true},
	{"path", false, true},
	{"pdmn", true,  true},
	{"port", false, true},
	{"prot", true,  true},
	{"ptcl", false, true},
	{"atyp", false, true},
	{"scrp", true,  true},
	{"sdmn", false, true},
	{"srvr", false, true},
	{"svce", true,  false},
	{"sync", true,  true},
	{"tomb", true,  true},
	{"type", true,  true},
	{"vwht", true,  true},
};

/* The protocols and authentication types that have a name. */
static const char fourccs[][5] = {
#define SEC_CONSTANT(name, text)
#define SEC_ALIAS(name, other)
#define SEC_FOURCC(name, text) text,
#include "keychainapi/Security/constants.def"
#undef SEC_CONSTANT
#undef SEC_ALIAS
#undef SEC_FOURCC
};
/* clang-format on */

bool kc_tolerance_knows(kc_name class, kc_name name)
{
	bool is_generic = class == KC_CLASS_GENERIC;

	if (!is_generic && class != KC_CLASS_INTERNET)
		return true; /* certificates and keys are the same to both profiles */
	for (size_t i = 0; i < KC_COUNT_OF(known); i++)
		if (NAME(known[i].name) == name)
			return is_generic ? known[i].generic : known[i].internet;
	return false;
}

static void drop_unknown(kc_name class, struct kc_attrs *attrs)
{
	for (size_t i = attrs->count; i-- > 0;)
		if (!kc_tolerance_knows(class, attrs->rows[i].name))
			kc_attrs_remove(attrs, attrs->rows[i].name);
}

static bool is_fourcc(struct kc_bytes text)
{
	for (size_t i = 0; i < KC_COUNT_OF(fourccs); i++)
		if (kc_bytes_equal(text, kc_bytes_str(fourccs[i])))
			return true;
	return false;
}

/* A number of four characters; that of an authentication type has them in the order of memory. */
static void set_fourcc(struct kc_attrs *attrs, kc_name name, kc_name number)
{
	char text[5], in_memory[5] = "";

	kc_name_text(number, text);
	memcpy(in_memory, &number, sizeof number);
	kc_attrs_set_str(
		attrs, name, name == ATYP && is_fourcc(kc_bytes_str(in_memory)) ? in_memory : text);
}

/* Older interfaces write 'htps' as a number, and anything without a name stands for "any". */
static void mend_fourcc(struct kc_attrs *attrs, kc_name name)
{
	const struct kc_value *value = kc_attrs_get(attrs, name);

	if (!value)
		return;
	if (value->type == KC_VALUE_NUMBER)
		set_fourcc(attrs, name, (kc_name)value->number);
	if (!is_fourcc(kc_attrs_get_bytes(attrs, name)))
		kc_attrs_remove(attrs, name);
}

static kc_err parse_port(struct kc_bytes text, int64_t *ret)
{
	int64_t number = 0;

	if (text.len == 0 || text.len > 10)
		return KC_ERR(PARAM);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return KC_ERR(PARAM);
		number = number * 10 + (text.data[i] - '0');
	}
	*ret = number;
	return KC_OK;
}

/* The low 16 bits count: programs pass ports above 32767 as negative SInt16s. */
static kc_err mend_port(struct kc_attrs *attrs)
{
	const struct kc_value *value = kc_attrs_get(attrs, PORT);
	int64_t number = kc_attrs_get_number(attrs, PORT, 0);

	if (!value)
		return KC_OK;
	if (value->type == KC_VALUE_STRING)
		KC_TRY(parse_port(value->bytes, &number));
	else if (value->type != KC_VALUE_NUMBER && value->type != KC_VALUE_BOOL)
		return KC_ERR(PARAM);
	kc_attrs_set_number(attrs, PORT, number & 0xffff);
	return KC_OK;
}

/* Null is what reading.c made of an object that no attribute has. */
static kc_err check_known(const struct kc_attrs *attrs)
{
	for (size_t i = 0; i < attrs->count; i++)
		if (attrs->rows[i].value.type == KC_VALUE_NULL)
			return KC_ERR(PARAM);
	return KC_OK;
}

kc_err kc_tolerance_apply(kc_name class, struct kc_attrs *attrs)
{
	drop_unknown(class, attrs);
	KC_TRY(check_known(attrs));
	if (class != KC_CLASS_INTERNET)
		return KC_OK;
	mend_fourcc(attrs, PTCL);
	mend_fourcc(attrs, ATYP);
	return mend_port(attrs);
}

void kc_tolerance_add_label(kc_name class, struct kc_attrs *attrs)
{
	const struct kc_value *name = NULL;

	if (kc_attrs_get(attrs, LABL))
		return;
	if (class == KC_CLASS_GENERIC)
		name = kc_attrs_get(attrs, SVCE);
	else if (class == KC_CLASS_INTERNET)
		name = kc_attrs_get(attrs, SRVR);
	else
		return;
	if (!name)
		name = kc_attrs_get(attrs, ACCT);
	if (name)
		kc_attrs_set(attrs, LABL, name);
}
