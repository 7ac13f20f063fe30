/* SPDX-License-Identifier: ISC */
/* The attribute ruler. */
#include "backend/item/ruler.h"

static const kc_name classes[KC_CLASS_COUNT] = {
	KC_CLASS_GENERIC,
	KC_CLASS_INTERNET,
	KC_CLASS_CERTIFICATE,
	KC_CLASS_KEY,
};

/* clang-format off */
#define N(text) KC_NAME((text)[0], (text)[1], (text)[2], (text)[3])
#define BLOB   KC_KIND_BLOB
#define DATA   KC_KIND_DATA
#define STRING KC_KIND_STRING
#define NUMBER KC_KIND_NUMBER
#define DATE   KC_KIND_DATE
#define FLAG   KC_KIND_FLAG
#define SECRET KC_KIND_SECRET
#define ALL KC_IN_ALL
#define G   KC_IN_GENERIC
#define I   KC_IN_INTERNET
#define C   KC_IN_CERTIFICATE
#define K   KC_IN_KEY
#define NONE  KC_DEFAULT_NONE
#define TEXT  KC_DEFAULT_TEXT
#define BYTES KC_DEFAULT_BYTES
#define ZERO  KC_DEFAULT_ZERO
#define EPOCH KC_DEFAULT_EPOCH
#define TAKE KC_INPUT_TAKEN
#define DROP KC_INPUT_DROPPED
#define no   KC_INPUT_REFUSED
#define COLUMN KC_SEARCH_COLUMN
#define INDEX  KC_SEARCH_INDEX
#define MARK   KC_SEARCH_MARK
#define NO     KC_SEARCH_NO
#define ATTRS  KC_OUTPUT_ATTRS
#define HIDDEN KC_OUTPUT_HIDDEN
#define WITHIN KC_OUTPUT_SECRET
#define NEVER  KC_OUTPUT_NEVER

/* The rows and their order are part of the stored primary keys: new ones go to the end. */
static const struct kc_ruler_row rows[] = {
	/*                           classes  key      needed         add   update search  output  synced since */
	{N("agrp"), STRING,          ALL,     ALL,     0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("sync"), KC_KIND_SYNC,    ALL,     ALL,     ALL,     ZERO,  TAKE, TAKE, COLUMN, ATTRS,  false, 1},
	{N("vwht"), STRING,          ALL,     ALL,     0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("tkid"), STRING,          ALL,     ALL,     0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  false, 1},
	{N("musr"), KC_KIND_UUID,    ALL,     ALL,     ALL,     BYTES, no,   DROP, MARK,   ATTRS,  false, 1},
	{N("ggrp"), STRING,          ALL,     ALL,     0,       NONE,  TAKE, no,   INDEX,  ATTRS,  false, 1},
	{N("pdmn"), KC_KIND_ACCESS,  ALL,     0,       0,       NONE,  TAKE, TAKE, COLUMN, ATTRS,  true,  1},
	{N("accc"), DATA,            ALL,     0,       0,       NONE,  TAKE, TAKE, NO,     ATTRS,  false, 1},
	{N("cdat"), DATE,            ALL,     0,       0,       NONE,  DROP, TAKE, MARK,   ATTRS,  true,  1},
	{N("mdat"), DATE,            ALL,     0,       0,       NONE,  DROP, DROP, MARK,   ATTRS,  true,  1},
	{N("labl"), BLOB,            ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("tomb"), FLAG,            ALL,     0,       ALL,     ZERO,  TAKE, TAKE, COLUMN, ATTRS,  true,  1},
	{N("sha1"), KC_KIND_SHA1,    ALL,     0,       0,       NONE,  no,   no,   MARK,   ATTRS,  false, 1},
	{N("UUID"), STRING,          ALL,     0,       0,       NONE,  TAKE, TAKE, MARK,   NEVER,  false, 1},
	{N("sysb"), NUMBER,          ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  false, 1},
	{N("pcss"), NUMBER,          ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("pcsk"), BLOB,            ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("pcsi"), BLOB,            ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("clip"), NUMBER,          ALL,     0,       0,       NONE,  no,   no,   NO,     NEVER,  false, 1},

	{N("acct"), BLOB,            G|I,     G|I,     G|I,     TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("svce"), BLOB,            G,       G,       G,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("gena"), BLOB,            G,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("desc"), BLOB,            G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("icmt"), BLOB,            G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("alis"), BLOB,            ALL,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("crtr"), NUMBER,          G|I|K,   K,       K,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("type"), NUMBER,          G|I|K,   K,       K,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("scrp"), NUMBER,          G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("invi"), NUMBER,          G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("nega"), NUMBER,          G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("cusi"), NUMBER,          G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("prot"), BLOB,            G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},

	{N("sdmn"), BLOB,            I,       I,       I,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("srvr"), BLOB,            I,       I,       I,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("ptcl"), NUMBER,          I,       I,       I,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("atyp"), BLOB,            I,       I,       I,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("port"), NUMBER,          I,       I,       I,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("path"), BLOB,            I,       I,       I,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("binn"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},
	{N("bini"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},
	{N("bin0"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},
	{N("bin1"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},
	{N("bin2"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},
	{N("bin3"), SECRET,          I,       0,       0,       NONE,  TAKE, TAKE, NO,     WITHIN, true,  1},

	{N("ctyp"), NUMBER,          C,       C,       C,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("issr"), DATA,            C,       C,       C,       BYTES, TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("slnr"), DATA,            C,       C,       C,       BYTES, TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("cenc"), NUMBER,          C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("subj"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("skid"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("pkhh"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},

	{N("kcls"), NUMBER,          K,       K,       K,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("klbl"), DATA,            K,       K,       K,       BYTES, TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("atag"), BLOB,            K,       K,       K,       TEXT,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("bsiz"), NUMBER,          K,       K,       K,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("esiz"), NUMBER,          K,       K,       K,       ZERO,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("sdat"), DATE,            K,       K,       K,       EPOCH, TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("edat"), DATE,            K,       K,       K,       EPOCH, TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("perm"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("priv"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("modi"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("sens"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("asen"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("extr"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("next"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("encr"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("decr"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("drve"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("sign"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("vrfy"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("snrc"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("vyrc"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("wrap"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},
	{N("unwp"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  ATTRS,  true,  1},

	/* Keycircle's own. */
	{N("kcid"), DATA,            ALL,     ALL,     0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* tells equal objects apart */
	{N("ckid"), DATA,            C|K,     0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* CKA_ID */
	{N("spki"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* public key, RFC 5280 4.1.2.7 */
	{N("ksub"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* CKA_SUBJECT of a key */
	{N("locl"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* CKA_LOCAL */
	{N("p11o"), DATA,            G|I,     0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* CKA_OBJECT_ID */
	{N("dsub"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* subject, DER Name */
	{N("diss"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* issuer, DER Name */
	{N("dser"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, INDEX,  HIDDEN, true,  1}, /* serial number, DER INTEGER */
	{N("self"), DATA,            C|K,     0,       0,       NONE,  no,   no,   NO,     HIDDEN, true,  1}, /* names of attributes that its bytes say */
	{N("copy"), NUMBER,          ALL,     0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_COPYABLE */
	{N("dsty"), NUMBER,          ALL,     0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_DESTROYABLE */
	{N("p11m"), NUMBER,          G|I|C,   0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_MODIFIABLE of what is no key */
	{N("trst"), NUMBER,          C|K,     0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_TRUSTED */
	{N("ccat"), NUMBER,          C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_CERTIFICATE_CATEGORY */
	{N("cjmd"), NUMBER,          C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_JAVA_MIDP_SECURITY_DOMAIN */
	{N("curl"), BLOB,            C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_URL */
	{N("chsp"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_HASH_OF_SUBJECT_PUBLIC_KEY */
	{N("chip"), DATA,            C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_HASH_OF_ISSUER_PUBLIC_KEY */
	{N("cnha"), NUMBER,          C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_NAME_HASH_ALGORITHM */
	{N("csda"), DATE,            C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_START_DATE */
	{N("ceda"), DATE,            C,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_END_DATE */
	{N("wwtr"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_WRAP_WITH_TRUSTED */
	{N("alau"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_ALWAYS_AUTHENTICATE */
	{N("almc"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_ALLOWED_MECHANISMS, 8 bytes each, most significant first */
	{N("wrtm"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_WRAP_TEMPLATE, doc/keycircle.asn1 KeyTemplate */
	{N("uwtm"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_UNWRAP_TEMPLATE */
	{N("drtm"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_DERIVE_TEMPLATE */
	{N("genm"), NUMBER,          K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_KEY_GEN_MECHANISM */
	{N("kcvl"), DATA,            K,       0,       0,       NONE,  TAKE, TAKE, NO,     HIDDEN, true,  1}, /* CKA_CHECK_VALUE of a secret key */
};
/* clang-format on */

const struct kc_ruler_row *kc_ruler_rows(size_t *ret_count)
{
	*ret_count = KC_COUNT_OF(rows);
	return rows;
}

uint8_t kc_ruler_class_bit(kc_name class)
{
	if (class == 0)
		return KC_IN_ALL;
	for (unsigned i = 0; i < KC_CLASS_COUNT; i++)
		if (classes[i] == class)
			return (uint8_t)(1U << i);
	return 0;
}

kc_name kc_ruler_class(unsigned index)
{
	return classes[index];
}

const struct kc_ruler_row *kc_ruler_find(kc_name class, kc_name name)
{
	uint8_t bit = kc_ruler_class_bit(class);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].name == name)
			return rows[i].classes & bit ? &rows[i] : NULL;
	return NULL;
}

/* What becomes of an attribute in this use. */
static enum kc_ruler_input input_of(const struct kc_ruler_row *row, enum kc_ruler_use use)
{
	switch (use) {
	case KC_USE_ADD:
		return row->add;
	case KC_USE_UPDATE:
		return row->update;
	case KC_USE_QUERY:
		return row->search == KC_SEARCH_NO ? KC_INPUT_REFUSED : KC_INPUT_TAKEN;
	}
	return KC_INPUT_REFUSED;
}

static kc_err convert_one(const struct kc_ruler_row *row, enum kc_ruler_use use,
	const struct kc_value *given, struct kc_attrs *ret)
{
	uint8_t scratch[KC_KIND_SCRATCH_LEN];
	enum kc_ruler_input input = input_of(row, use);
	struct kc_value value;

	if (input == KC_INPUT_REFUSED)
		return KC_ERR(PARAM);
	KC_TRY(kc_kind_convert(row->kind, use == KC_USE_QUERY, given, scratch, &value));
	if (input == KC_INPUT_DROPPED)
		return KC_OK;
	if ((value.type == KC_VALUE_BYTES || value.type == KC_VALUE_STRING) &&
		value.bytes.len > KC_RULER_MAX_VALUE)
		return KC_ERR(TOO_LARGE);
	/* "Either" means nothing for one item: it is as if nothing had been said. */
	if (row->kind == KC_KIND_SYNC && value.type == KC_VALUE_STRING && use != KC_USE_QUERY)
		return KC_OK;
	kc_attrs_set(ret, row->name, &value);
	return KC_OK;
}

kc_err kc_ruler_convert(
	kc_name class, enum kc_ruler_use use, const struct kc_attrs *given, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs converted = KC_ATTRS_INIT;

	KC_TRY(kc_attrs_check(given));
	if (kc_ruler_class_bit(class) == 0)
		return KC_ERR(NO_SUCH_CLASS);
	for (size_t i = 0; i < given->count; i++) {
		const struct kc_ruler_row *row = kc_ruler_find(class, given->rows[i].name);
		if (!row)
			return KC_ERR(NO_SUCH_ATTR);
		KC_TRY(convert_one(row, use, &given->rows[i].value, &converted));
	}
	KC_TRY(kc_attrs_check(&converted));
	kc_attrs_move(ret, &converted);
	return KC_OK;
}
