/* SPDX-License-Identifier: ISC */
/*
 * Sections 4.1 and 4.2: what Add and CopyMatching give back of a password, for every combination of
 * the kSecReturn keys. Certificates, keys and identities are in test_identity.c.
 *
 * The strict profile has no objects for passwords, and gives nothing when nothing is asked for. The
 * default one has SecKeychainItem for them, which is also what it gives then.
 *
 * A row is a combination; each is tried with both classes, with and without data, for one item and
 * for all, and with a result that nobody wants.
 */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/keychainapi/security/facts.h"

/* What comes back: nothing written, NULL, one object itself, or a dictionary of parts. */
enum form { UNTOUCHED, NO_OBJECT, BYTES, REFERENCE, OBJECT, PARTS };
#define DATA 1u
#define ATTRS 2u
#define REF 4u
#define PREF 8u
#define CLASS 16u

/* clang-format off */
static const struct shape {
	unsigned returns;
	enum form add;
	unsigned add_parts;
	enum form find;
	unsigned find_parts;
} shapes[] = {
	/* asked for                 add                                      find */
	{0,                          UNTOUCHED, 0,                            UNTOUCHED, 0},
	{DATA,                       BYTES,     0,                            BYTES,     0},
	{ATTRS,                      PARTS,     ATTRS,                        PARTS,     ATTRS},
	{REF,                        NO_OBJECT, 0,                            NO_OBJECT, 0},
	{PREF,                       REFERENCE, 0,                            REFERENCE, 0},
	{DATA | ATTRS,               PARTS,     DATA | ATTRS,                 PARTS,     DATA | ATTRS},
	{DATA | PREF,                PARTS,     DATA | PREF,                  PARTS,     DATA | ATTRS | PREF},
	{DATA | REF,                 PARTS,     DATA | ATTRS | CLASS,         PARTS,     DATA | ATTRS | CLASS},
	{ATTRS | REF,                PARTS,     ATTRS | CLASS,                PARTS,     ATTRS | CLASS},
	{ATTRS | PREF,               PARTS,     ATTRS | PREF,                 PARTS,     ATTRS | PREF},
	{REF | PREF,                 PARTS,     ATTRS | CLASS | PREF,         PARTS,     ATTRS | CLASS | PREF},
	{DATA | ATTRS | REF,         PARTS,     DATA | ATTRS | CLASS,         PARTS,     DATA | ATTRS | CLASS},
	{DATA | ATTRS | PREF,        PARTS,     DATA | ATTRS | PREF,          PARTS,     DATA | ATTRS | PREF},
	{DATA | REF | PREF,          PARTS,     DATA | ATTRS | CLASS | PREF,  PARTS,     DATA | ATTRS | CLASS | PREF},
	{ATTRS | REF | PREF,         PARTS,     ATTRS | CLASS | PREF,         PARTS,     ATTRS | CLASS | PREF},
	{DATA | ATTRS | REF | PREF,  PARTS,     DATA | ATTRS | CLASS | PREF,  PARTS,     DATA | ATTRS | CLASS | PREF},
};

/* 2.2: what the attributes of a new item are at least, apart from what a found one has besides. */
static const struct class {
	const char *name, *always;
} classes[] = {
	{"genp", "accc,acct,agrp,cdat,mdat,pdmn,sha1,svce,sync"},
	{"inet", "accc,acct,agrp,atyp,cdat,mdat,path,pdmn,port,ptcl,sdmn,sha1,srvr,sync"},
};
/* clang-format on */

struct trial {
	const struct shape *shape;
	const struct class *class;
	bool strict, has_data;
};

static void expect(const struct trial *trial, const char *what, bool holds)
{
	char words[128];

	snprintf(words, sizeof words, "4 %s%s%s, returns %x: %s", trial->class->name,
		trial->has_data ? "" : " without data", trial->strict ? "" : " (default)",
		trial->shape->returns, what);
	CHECK_MSG(holds, words);
}

static CFDictionaryRef make(const struct trial *trial, bool is_add, bool all)
{
	struct member members[8];
	size_t count = 0;
	const char *const keys[] = {"r_Data", "r_Attributes", "r_Ref", "r_PersistentRef"};

	members[count++] = (struct member){"nleg", {OBJECT_TRUTH, NULL, trial->strict, 0}};
	members[count++] = (struct member){"class", {OBJECT_TEXT, trial->class->name, 0, 0}};
	if (is_add && trial->has_data)
		members[count++] = (struct member){"v_Data", D("secret")};
	if (all)
		members[count++] = (struct member){"m_Limit", T("m_LimitAll")};
	for (unsigned i = 0; i < KC_COUNT_OF(keys); i++)
		if (trial->shape->returns >> i & 1)
			members[count++] = (struct member){keys[i], YES};
	members[count] = (struct member){NULL, MISSING};
	return dictionary_make(members);
}

/* The number of the keys that are there. */
static CFIndex count_keys(CFDictionaryRef result, const char *keys)
{
	KC_CLEANUP_FREE char *copy = strdup(keys);
	char *rest = NULL;
	CFIndex count = 0;

	for (char *key = strtok_r(copy, ",", &rest); key; key = strtok_r(NULL, ",", &rest)) {
		CFStringRef name = CFStringCreateWithCString(NULL, key, kCFStringEncodingUTF8);
		count += CFDictionaryContainsKey(result, name);
		CFRelease(name);
	}
	return count;
}

static CFIndex count_commas(const char *keys)
{
	CFIndex count = 1;

	for (; *keys; keys++)
		count += *keys == ',';
	return count;
}

/* The parts and nothing else. */
static void check_parts(
	const struct trial *trial, const char *what, CFTypeRef result, bool is_add, unsigned parts)
{
	bool has_data = parts & DATA && trial->has_data;
	CFIndex attributes = parts & ATTRS ? count_commas(trial->class->always) : 0;
	CFIndex found = parts & ATTRS && !is_add ? 2 : 0; /* musr, tomb */
	bool has_object = parts & CLASS && !trial->strict;
	CFIndex others = !!(parts & CLASS) + has_data + has_object + !!(parts & PREF);

	if (!result || CFGetTypeID(result) != CFDictionaryGetTypeID()) {
		expect(trial, what, false);
		return;
	}
	expect(trial, what, count_keys(result, trial->class->always) == attributes);
	expect(trial, what, count_keys(result, "musr,tomb") == found);
	expect(trial, what, count_keys(result, "class") == !!(parts & CLASS));
	expect(trial, what, count_keys(result, "v_Data") == has_data);
	expect(trial, what, count_keys(result, "v_Ref") == has_object);
	expect(trial, what, count_keys(result, "v_PersistentRef") == !!(parts & PREF));
	expect(trial, what, CFDictionaryGetCount(result) == attributes + found + others);
}

static enum form form_of(const struct trial *trial, bool is_add)
{
	enum form form = is_add ? trial->shape->add : trial->shape->find;

	return trial->strict || (form != UNTOUCHED && form != NO_OBJECT) ? form : OBJECT;
}

static void check_form(const struct trial *trial, const char *what, CFTypeRef result, bool is_add)
{
	enum form form = form_of(trial, is_add);
	KC_CLEANUP_FREE char *got = NULL;
	char ref[16], object[16];

	if (form == PARTS) {
		check_parts(trial, what, result, is_add,
			is_add ? trial->shape->add_parts : trial->shape->find_parts);
		return;
	}
	got = describe(result);
	snprintf(ref, sizeof ref, "ref:%s", trial->class->name);
	snprintf(object, sizeof object, "item:%s", trial->class->name);
	/* 4.2: no data is no object; 4.1: but empty data of a new item */
	expect(trial, what,
		strcmp(got, form == UNTOUCHED	? "untouched"
			    : form == NO_OBJECT ? "null"
			    : form == REFERENCE ? ref
			    : form == OBJECT	? object
			    : trial->has_data	? "data:secret"
			    : is_add		? "data:"
						: "null") == 0);
}

static void release(CFTypeRef object)
{
	if (object && object != describe_untouched)
		CFRelease(object);
	dictionary_release();
}

/* An array even of one; what has no object leaves it empty. */
static void check_array(const struct trial *trial, CFTypeRef result)
{
	enum form form = form_of(trial, false);
	bool is_empty =
		form == UNTOUCHED || form == NO_OBJECT || (form == BYTES && !trial->has_data);

	if (!result || result == describe_untouched || CFGetTypeID(result) != CFArrayGetTypeID()) {
		expect(trial, "all: an array", false);
		return;
	}
	expect(trial, "all: how many", CFArrayGetCount(result) == (is_empty ? 0 : 1));
	if (CFArrayGetCount(result) == 1)
		check_form(trial, "all: the one", CFArrayGetValueAtIndex(result, 0), false);
}

static void check_one(const struct trial *trial)
{
	CFTypeRef result = describe_untouched;

	expect(trial, "add", SecItemAdd(make(trial, true, false), &result) == errSecSuccess);
	check_form(trial, "added", result, true);
	release(result);
	result = describe_untouched;
	expect(trial, "find",
		SecItemCopyMatching(make(trial, false, false), &result) == errSecSuccess);
	check_form(trial, "found", result, false);
	release(result);
	result = describe_untouched;
	expect(trial, "find all",
		SecItemCopyMatching(make(trial, false, true), &result) == errSecSuccess);
	check_array(trial, result);
	release(result);
	expect(trial, "existence",
		SecItemCopyMatching(make(trial, false, true), NULL) == errSecSuccess);
	expect(trial, "delete", SecItemDelete(make(trial, false, false)) == errSecSuccess);
	expect(trial, "existence",
		SecItemCopyMatching(make(trial, false, false), NULL) == errSecItemNotFound);
	expect(trial, "add, result unwanted", SecItemAdd(make(trial, true, false), NULL) == 0);
	expect(trial, "delete", SecItemDelete(make(trial, false, false)) == errSecSuccess);
	release(NULL);
}

void facts_check_shapes(bool strict)
{
	for (size_t i = 0; i < KC_COUNT_OF(shapes); i++)
		for (size_t j = 0; j < KC_COUNT_OF(classes); j++)
			for (int has_data = 0; has_data < 2; has_data++)
				check_one(
					&(struct trial){&shapes[i], &classes[j], strict, has_data});
}
