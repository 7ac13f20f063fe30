/* SPDX-License-Identifier: ISC */
/*
 * Section 2: every attribute of every class that stores items, a row each; and for every kind of
 * attribute what it makes of each kind of object.
 *
 * Each row is tried with each object of its kind, in each class, in Add, CopyMatching and the
 * changes of an Update; then whether it is part of the primary key, what it is when nothing was
 * said, and whether the other classes know it.
 */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/keychainapi/security/facts.h"

enum kind {
	BLOB,
	BYTES,
	ISSUER,
	WORDS,
	GROUP,
	NUMERAL,
	MOMENT,
	ACCESS,
	DIGEST,
	USER,
	HIDDEN,
	KINDS
};

/* --- 2.1: what a kind makes of an object ------------------------------------------------------ */

/* clang-format off */
static const struct conversion {
	struct object given;
	const char *stored; /* as describe.h writes it; NULL: errSecParam */
} conversions[KINDS][24] = { /* the last one has no object */
	[BLOB] = {
		{T("words"), "text:words"}, {T(""), "text:"}, {D("bytes"), "data:bytes"}, {D(""), "data:"},
		{N(5), "number:5"}, {N(-5), "number:-5"}, {T("\xf0\x9f\x94\x91"), "text:\xf0\x9f\x94\x91"},
		{D("\xff\xfe"), "data:\xff\xfe"},
		{YES, NULL}, {NO, NULL}, {DATE(5), NULL}, {FRACTION(1.5), NULL}, {NOTHING, NULL},
		{UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), NULL}, {ARRAY("x"), NULL}, {CONTAINING, NULL}, {CONTROL("ak", -1), NULL}},
	[BYTES] = {
		{D("bytes"), "data:bytes"}, {D(""), "data:"}, {T("words"), "data:words"}, {T(""), "data:"},
		{N(0x04030201), "data:\1\2\3\4"}, {N(-1), "data:\xff\xff\xff\xff"},
		{YES, NULL}, {DATE(5), NULL}, {FRACTION(1.5), NULL}, {NOTHING, NULL},
		{UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), NULL}, {ARRAY("x"), NULL}, {CONTROL("ak", -1), NULL}},
	[ISSUER] = { /* 4.1: on add data alone */
		{D("bytes"), "data:bytes"}, {D(""), "data:"}, {YES, NULL}, {DATE(5), NULL}, {NOTHING, NULL}, {ARRAY("x"), NULL}},
	[GROUP] = { /* 3.6: one of the caller's */
		{T("other"), "text:other"}, {D("other"), "text:other"}, {N(5), NULL}, {YES, NULL},
		{DATE(5), NULL}, {NOTHING, NULL}, {ARRAY("other"), NULL}},
	[WORDS] = {
		{T("words"), "text:words"}, {D("bytes"), "text:bytes"}, {D("\xc3\xa9"), "text:\xc3\xa9"},
		{UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), "text:00112233-4455-6677-8899-AABBCCDDEEFF"},
		{D("\xff"), NULL}, {N(5), NULL}, {YES, NULL}, {DATE(5), NULL}, {FRACTION(1.5), NULL},
		{NOTHING, NULL}, {ARRAY("x"), NULL}, {CONTROL("ak", -1), NULL}},
	[NUMERAL] = {
		{N(5), "number:5"}, {N(-5), "number:-5"}, {SHORT(300), "number:300"}, {YES, "number:1"}, {NO, "number:0"},
		{T("12"), "number:12"}, {T("-12"), "number:-12"}, {T("2147483647"), "number:2147483647"},
		{T("2147483648"), "text:2147483648"}, {T("012"), "text:012"}, {T("+1"), "text:+1"}, {T("-0"), "text:-0"},
		{T(" 1"), "text: 1"}, {T(""), "text:"}, {T("http"), "text:http"},
		{D("1"), NULL}, {DATE(5), NULL}, {FRACTION(1.5), NULL}, {NOTHING, NULL}, {ARRAY("x"), NULL}},
	[MOMENT] = {
		{DATE(5), "date"}, {DATE(-5.25), "date"}, {DATE(700000000.125), "date"},
		{N(5), NULL}, {T("5"), NULL}, {D("5"), NULL}, {YES, NULL}, {NOTHING, NULL}, {ARRAY("x"), NULL},
		{FRACTION(1.5), NULL}, {UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), NULL}},
	[ACCESS] = {
		{T("ak"), "text:ak"}, {T("ck"), "text:ck"}, {T("dk"), "text:dk"}, {T("aku"), "text:aku"},
		{T("cku"), "text:cku"}, {T("dku"), "text:dku"}, {T("akpu"), "text:akpu"}, {D("ck"), "text:ck"},
		{T("zz"), NULL}, {T(""), NULL}, {T("AK"), NULL}, {D("\xff"), NULL}, {N(6), NULL}, {YES, NULL},
		{DATE(5), NULL}, {NOTHING, NULL}, {ARRAY("ak"), NULL}},
	[DIGEST] = {
		{D("01234567890123456789"), "data:01234567890123456789"},
		{D("0123456789012345678"), NULL}, {D("012345678901234567890"), NULL}, {D(""), NULL},
		{T("01234567890123456789"), NULL}, {N(5), NULL}, {YES, NULL}, {DATE(5), NULL}, {NOTHING, NULL},
		{ARRAY("x"), NULL}},
	[USER] = {
		{D(""), "data:"}, {NOTHING, "data:"}, {D("0123456789abcdef"), "data:0123456789abcdef"},
		{UUID("30313233-3435-3637-3839-616263646566"), "data:0123456789abcdef"},
		{D("0123456789abcde"), NULL}, {D("x"), NULL}, {T("0123456789abcdef"), NULL}, {T(""), NULL},
		{N(5), NULL}, {YES, NULL}, {DATE(5), NULL}, {ARRAY("x"), NULL}},
	[HIDDEN] = {
		{D("bytes"), "data:bytes"}, {D(""), "data:"}, {D("\xff\xfe"), "data:\xff\xfe"},
		{T("words"), NULL}, {N(5), NULL}, {YES, NULL}, {DATE(5), NULL}, {NOTHING, NULL}, {ARRAY("x"), NULL},
		{UUID("00112233-4455-6677-8899-AABBCCDDEEFF"), NULL}},
};

/* --- 2.2 to 2.6: the attributes ---------------------------------------------------------------- */

/* What becomes of an attribute in a dictionary. */
enum use {
	P,    /* errSecParam */
	SET,  /* stored; in a query, a filter */
	DROP, /* must be of its kind, and is then without influence */
	SKIP, /* is not looked at */
};

/* What the default profile makes of it: the same; nothing; nothing for passwords; its own. */
enum lenient { SAME, IGNORED, PASSWORD_IGNORED, OWN /* facts_default.c */ };

#define GENP_ONLY "genp"
#define INET_ONLY "inet"
#define PASSWORDS "genp inet"
#define STORED "genp inet cert keys"

static const struct attribute {
	const char *section, *name, *classes;
	enum kind kind;
	bool is_key;
	const char *initial; /* NULL: absent */
	enum use add, update, find;
	bool is_returned;
	enum lenient lenient;
} attributes[] = {
	/* every class            classes    kind     key    initially        add   update find  returned */
	{"2.2", "agrp",           STORED,    GROUP,   true,  "text:user",     SET,  SET,   SET,  true,  IGNORED},
	{"2.2", "vwht",           STORED,    WORDS,   true,  NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.2", "tkid",           STORED,    WORDS,   true,  NULL,            SET,  SET,   SET,  true,  PASSWORD_IGNORED},
	{"2.2", "musr",           STORED,    USER,    true,  "data:",         P,    SKIP,  SET,  true,  IGNORED},
	{"2.2", "pdmn",           "genp inet keys", ACCESS, false, "text:ak", SET,  SET,   SET,  true,  OWN},
	{"2.5", "pdmn",           "cert",    ACCESS,  false, "text:dk",       SET,  SET,   SET,  true,  OWN},
	{"2.2", "cdat",           STORED,    MOMENT,  false, "date",          DROP, SET,   SET,  true,  SAME},
	{"2.2", "mdat",           STORED,    MOMENT,  false, "date",          DROP, DROP,  SET,  true,  OWN},
	{"2.2", "labl",           STORED,    BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.2", "sha1",           STORED,    DIGEST,  false, "data",          P,    P,     SET,  true,  PASSWORD_IGNORED},
	{"2.2", "UUID",           STORED,    WORDS,   false, NULL,            SET,  SET,   SET,  false, PASSWORD_IGNORED},
	{"2.2", "sysb",           STORED,    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  PASSWORD_IGNORED},
	{"2.2", "pcss",           STORED,    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  PASSWORD_IGNORED},
	{"2.2", "pcsk",           STORED,    BLOB,    false, NULL,            SET,  SET,   SET,  true,  PASSWORD_IGNORED},
	{"2.2", "pcsi",           STORED,    BLOB,    false, NULL,            SET,  SET,   SET,  true,  PASSWORD_IGNORED},

	/* passwords */
	{"2.3", "acct",           PASSWORDS, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.3", "svce",           GENP_ONLY, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.3", "gena",           GENP_ONLY, BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "desc",           PASSWORDS, BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "icmt",           PASSWORDS, BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "alis",           STORED,    BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "crtr",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "type",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "scrp",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "invi",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "nega",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "cusi",           PASSWORDS, NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.3", "prot",           PASSWORDS, BLOB,    false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.4", "sdmn",           INET_ONLY, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.4", "srvr",           INET_ONLY, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.4", "atyp",           INET_ONLY, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  OWN},
	{"2.4", "path",           INET_ONLY, BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.4", "ptcl",           INET_ONLY, NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  OWN},
	{"2.4", "port",           INET_ONLY, NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  OWN},
	{"2.4", "binn",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},
	{"2.4", "bini",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},
	{"2.4", "bin0",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},
	{"2.4", "bin1",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},
	{"2.4", "bin2",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},
	{"2.4", "bin3",           INET_ONLY, HIDDEN,  false, NULL,            SET,  SET,   P,    true,  OWN},

	/* certificates */
	{"2.5", "ctyp",           "cert",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.5", "issr",           "cert",    ISSUER,  true,  "data:",         SET,  SET,   SET,  true,  SAME},
	{"2.5", "slnr",           "cert",    BYTES,   true,  "data:",         SET,  SET,   SET,  true,  SAME},
	{"2.5", "cenc",           "cert",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.5", "subj",           "cert",    BYTES,   false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.5", "skid",           "cert",    BYTES,   false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.5", "pkhh",           "cert",    BYTES,   false, NULL,            SET,  SET,   SET,  true,  SAME},

	/* keys */
	{"2.6", "kcls",           "keys",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.6", "klbl",           "keys",    BYTES,   true,  "data:",         SET,  SET,   SET,  true,  SAME},
	{"2.6", "atag",           "keys",    BLOB,    true,  "text:",         SET,  SET,   SET,  true,  SAME},
	{"2.6", "crtr",           "keys",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.6", "type",           "keys",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.6", "bsiz",           "keys",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.6", "esiz",           "keys",    NUMERAL, true,  "number:0",      SET,  SET,   SET,  true,  SAME},
	{"2.6", "sdat",           "keys",    MOMENT,  true,  "date",          SET,  SET,   SET,  true,  SAME},
	{"2.6", "edat",           "keys",    MOMENT,  true,  "date",          SET,  SET,   SET,  true,  SAME},
	{"2.6", "perm",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "priv",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "modi",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "sens",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "asen",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "extr",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "next",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "encr",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "decr",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "drve",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "sign",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "vrfy",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "snrc",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "vyrc",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "wrap",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
	{"2.6", "unwp",           "keys",    NUMERAL, false, NULL,            SET,  SET,   SET,  true,  SAME},
};

/* Two values of each kind that no comparison takes for one another, and their texts. */
static const struct {
	struct object one, other;
} examples[KINDS] = {
	[BLOB]    = {T("one"), T("other")},
	[BYTES]   = {D("one"), D("other")},
	[ISSUER]  = {D("one"), D("other")},
	[GROUP]   = {T("user"), T("other")},
	[WORDS]   = {T("one"), T("other")},
	[NUMERAL] = {N(1000), N(1001)},
	[MOMENT]  = {DATE(1000), DATE(1000.5)},
	[ACCESS]  = {T("ck"), T("dk")},
	[DIGEST]  = {D("01234567890123456789"), D("x1234567890123456789")},
	[USER]    = {D("0123456789abcdef"), D("x123456789abcdef")},
	[HIDDEN]  = {D("one"), D("other")},
};
static const char *const classes[] = {"genp", "inet", "cert", "keys"};
/* clang-format on */

/* --- trying one ------------------------------------------------------------------------------- */

/* What is being tried, for the words of a failure. */
struct trial {
	const struct attribute *attribute;
	const char *class;
	bool strict;
	bool is_ignored;
};

static void expect(const struct trial *trial, const char *what, OSStatus got, OSStatus wanted)
{
	char words[200];

	snprintf(words, sizeof words, "%s %s %s%s: %s: %d, not %d", trial->attribute->section,
		trial->class, trial->attribute->name, trial->strict ? "" : " (default)", what,
		(int)got, (int)wanted);
	CHECK_MSG(got == wanted, words);
}

/* wanted: NULL is no such member, "data" a digest. */
static void expect_value(
	const struct trial *trial, const char *what, CFTypeRef result, const char *wanted)
{
	KC_CLEANUP_FREE char *got = NULL;
	CFTypeRef value = NULL;
	CFStringRef name;
	char words[300];

	name = CFStringCreateWithCString(NULL, trial->attribute->name, kCFStringEncodingUTF8);
	if (result)
		value = CFDictionaryGetValue(result, name);
	CFRelease(name);
	got = describe(value);
	if (wanted && strcmp(wanted, "data") == 0)
		wanted = value && CFDataGetLength(value) == 20 ? got : "20 bytes";
	snprintf(words, sizeof words, "%s %s %s%s: %s: %s, not %s", trial->attribute->section,
		trial->class, trial->attribute->name, trial->strict ? "" : " (default)", what, got,
		wanted ? wanted : "null");
	CHECK_MSG(strcmp(got, wanted ? wanted : "null") == 0, words);
}

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

#define CLASS(trial)                                      \
	{                                                 \
		"class",                                  \
		{                                         \
			OBJECT_TEXT, (trial)->class, 0, 0 \
		}                                         \
	}
#define PROFILE(trial)                                         \
	{                                                      \
		"nleg",                                        \
		{                                              \
			OBJECT_TRUTH, NULL, (trial)->strict, 0 \
		}                                              \
	}
#define MEMBER(trial, object)                    \
	{                                        \
		(trial)->attribute->name, object \
	}

static OSStatus add(const struct trial *trial, struct object value, CFTypeRef *ret)
{
	CFDictionaryRef item = dictionary_make(DICT(
		CLASS(trial), PROFILE(trial), MEMBER(trial, value), RETURN_ATTRS, RETURN_DATA));

	return SecItemAdd(item, ret);
}

static OSStatus find(const struct trial *trial, struct object value, CFTypeRef *ret)
{
	CFDictionaryRef query = dictionary_make(DICT(
		CLASS(trial), PROFILE(trial), MEMBER(trial, value), RETURN_ATTRS, RETURN_DATA));

	return SecItemCopyMatching(query, ret);
}

static OSStatus change(const struct trial *trial, struct object value)
{
	CFDictionaryRef query = dictionary_make(DICT(CLASS(trial), {"nleg", YES}, ANY));
	CFDictionaryRef lenient = dictionary_make(DICT(CLASS(trial), {"nleg", NO}));

	return SecItemUpdate(
		trial->strict ? query : lenient, dictionary_make(DICT(MEMBER(trial, value))));
}

/* Of the class, in every group. */
static void fresh(const struct trial *trial)
{
	SecItemDelete(dictionary_make(DICT(CLASS(trial), {"nleg", YES}, ANY, {"u_Tomb", NO})));
	dictionary_release();
}

static void add_plain(const struct trial *trial)
{
	CFDictionaryRef item = dictionary_make(DICT(CLASS(trial), PROFILE(trial)));

	expect(trial, "an item of nothing but its class", SecItemAdd(item, NULL), errSecSuccess);
	dictionary_release();
}

/* The one item there is, as it is found without a word about the attribute. */
static void expect_found(const struct trial *trial, const char *what, const char *wanted)
{
	CFTypeRef found = NULL;
	CFDictionaryRef query =
		dictionary_make(DICT(CLASS(trial), PROFILE(trial), RETURN_ATTRS, RETURN_DATA));

	expect(trial, "is there", SecItemCopyMatching(query, &found), errSecSuccess);
	expect_value(trial, what, found, wanted);
	release(found);
	dictionary_release();
}

/* --- what each kind makes of each object ------------------------------------------------------ */

/* The answer to a call that makes this use of the object. */
static OSStatus answer(const struct trial *trial, enum use use, const struct conversion *conversion)
{
	if (conversion->given.kind == OBJECT_NONE)
		return errSecParam; /* 3.1: a key without value */
	if (trial->is_ignored || use == SKIP)
		return errSecSuccess;
	return use == P || !conversion->stored ? errSecParam : errSecSuccess;
}

/* What is returned afterwards. */
static const char *outcome(
	const struct trial *trial, enum use use, const struct conversion *conversion)
{
	if (trial->is_ignored || use != SET)
		return trial->attribute->initial;
	return trial->attribute->is_returned ? conversion->stored : NULL;
}

/* Whether the object, as a filter, finds the item that was added with it. */
static bool is_found(const struct trial *trial, const struct conversion *conversion)
{
	const struct attribute *attribute = trial->attribute;

	if (trial->is_ignored || attribute->add == SET)
		return true;
	/* the store's own: no user at all, and times and digests that nobody knows beforehand */
	return attribute->kind == USER && strcmp(conversion->stored, attribute->initial) == 0;
}

static void try_add(const struct trial *trial, const struct conversion *conversion)
{
	enum use use = trial->attribute->add;
	OSStatus wanted = answer(trial, use, conversion);
	CFTypeRef added = NULL;

	expect(trial, "add", add(trial, conversion->given, &added), wanted);
	if (wanted == errSecSuccess && trial->attribute->kind != USER)
		expect_value(trial, "added", added, outcome(trial, use, conversion));
	if (wanted != errSecSuccess)
		add_plain(trial);
	release(added);
}

static void try_find(const struct trial *trial, const struct conversion *conversion)
{
	enum use use = trial->attribute->find;
	OSStatus wanted = answer(trial, use, conversion);
	CFTypeRef found = NULL;

	if (wanted == errSecSuccess && !is_found(trial, conversion))
		wanted = errSecItemNotFound;
	expect(trial, "find", find(trial, conversion->given, &found), wanted);
	if (wanted == errSecSuccess)
		expect_value(
			trial, "found", found, outcome(trial, trial->attribute->add, conversion));
	release(found);
}

static void try_change(const struct trial *trial, const struct conversion *conversion)
{
	enum use use = trial->attribute->update;
	OSStatus wanted = answer(trial, use, conversion);

	/* 4.3: a change to null is wrong for any attribute */
	if (conversion->given.kind == OBJECT_NULL)
		return;
	expect(trial, "change", change(trial, conversion->given), wanted);
	dictionary_release();
	if (wanted == errSecSuccess)
		expect_found(trial, "changed", outcome(trial, use, conversion));
}

static void try_kinds(const struct trial *trial)
{
	const struct conversion *row = conversions[trial->attribute->kind];
	size_t count = 0;

	while (row[count++].given.kind != OBJECT_NONE)
		continue;
	for (size_t i = 0; i < count; i++) {
		fresh(trial);
		try_add(trial, &row[i]);
		dictionary_release();
		try_find(trial, &row[i]);
		dictionary_release();
	}
	fresh(trial);
	add_plain(trial);
	for (size_t i = 0; i < count; i++)
		try_change(trial, &row[i]);
}

/* --- the rest of a row ------------------------------------------------------------------------ */

static void try_initial(const struct trial *trial)
{
	fresh(trial);
	add_plain(trial);
	expect_found(trial, "at first", trial->attribute->initial);
}

static void try_key(const struct trial *trial)
{
	const struct attribute *attribute = trial->attribute;
	struct object one = examples[attribute->kind].one, other = examples[attribute->kind].other;
	bool tells_apart = attribute->is_key && !trial->is_ignored;
	struct object bytes = {OBJECT_DATA, one.text, 0, one.text ? strlen(one.text) : 0};

	if (attribute->add != SET)
		return;
	fresh(trial);
	expect(trial, "one", add(trial, one, NULL), errSecSuccess);
	expect(trial, "one again", add(trial, one, NULL), errSecDuplicateItem);
	if (attribute->kind == BLOB || attribute->kind == WORDS)
		expect(trial, "one as data", add(trial, bytes, NULL), errSecDuplicateItem);
	expect(trial, "another", add(trial, other, NULL),
		tells_apart ? errSecSuccess : errSecDuplicateItem);
	dictionary_release();
	if (tells_apart) {
		expect(trial, "one of two", find(trial, one, NULL), errSecSuccess);
		dictionary_release();
	}
	/* 4.3: a change that would make two of one */
	expect(trial, "change onto each other", change(trial, one),
		tells_apart ? errSecDuplicateItem : errSecSuccess);
	dictionary_release();
}

static void try_filter(const struct trial *trial)
{
	const struct attribute *attribute = trial->attribute;

	if (attribute->add != SET || attribute->find != SET || trial->is_ignored)
		return;
	fresh(trial);
	expect(trial, "one", add(trial, examples[attribute->kind].one, NULL), errSecSuccess);
	expect(trial, "the other is not there", find(trial, examples[attribute->kind].other, NULL),
		errSecItemNotFound);
	dictionary_release();
}

static void try_own(struct trial *trial)
{
	enum lenient lenient = trial->attribute->lenient;
	bool is_password = strstr(PASSWORDS, trial->class);

	if (!trial->strict && lenient == OWN)
		return;
	trial->is_ignored = !trial->strict &&
			    (lenient == IGNORED || (lenient == PASSWORD_IGNORED && is_password));
	try_initial(trial);
	try_kinds(trial);
	try_key(trial);
	try_filter(trial);
	fresh(trial);
}

/* 3.1: of a class that has no such attribute. The default profile passes over it in passwords. */
static void try_foreign(const struct trial *trial)
{
	struct object one = examples[trial->attribute->kind].one;
	bool is_password = strstr(PASSWORDS, trial->class);
	OSStatus wanted = trial->strict ? errSecNoSuchAttr : errSecSuccess;

	if (!trial->strict && !is_password)
		return;
	fresh(trial);
	expect(trial, "add, foreign", add(trial, one, NULL), wanted);
	if (trial->strict)
		add_plain(trial);
	expect(trial, "find, foreign", find(trial, one, NULL), wanted);
	expect(trial, "change, foreign", change(trial, one), wanted);
	dictionary_release();
	fresh(trial);
}

/* The name may have another row for the class. */
static bool is_known(const char *class, const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(attributes); i++)
		if (strcmp(attributes[i].name, name) == 0 && strstr(attributes[i].classes, class))
			return true;
	return false;
}

void facts_check_ruler(bool strict)
{
	for (size_t i = 0; i < KC_COUNT_OF(attributes); i++)
		for (size_t j = 0; j < KC_COUNT_OF(classes); j++) {
			struct trial trial = {&attributes[i], classes[j], strict, false};
			if (strstr(attributes[i].classes, classes[j]))
				try_own(&trial);
			else if (!is_known(classes[j], attributes[i].name))
				try_foreign(&trial);
		}
}
