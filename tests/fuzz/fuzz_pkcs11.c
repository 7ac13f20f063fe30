/* SPDX-License-Identifier: ISC */
/*
 * Sequences of PKCS#11 calls with templates and mechanism parameters made of bytes, on a keychain
 * in this process.
 *
 *   input     = call …
 *   call      = octet, then what it takes, in the order in which it is read here
 *   template  = number of attributes, then for each the number of its type and a value
 *   mechanism = the number of its type, and a parameter
 *
 * Pointers are NULL where a length says that there is something, lengths are too short for what
 * the standard says is there, counts are huge where there is no array; a length never says more
 * than there is, for which no library can be blamed. Whatever comes: the answer is a code of the
 * standard, nothing is written behind the room that was given, and the library ends in order.
 */
#include <string.h>

#include "base/mem.h"
#include "module/form/cryptoki.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/in_process.h"

#define MOST_CALLS 24
#define MOST_ATTRIBUTES 8
#define ROOM 4096
#define HUGE_COUNT ((CK_ULONG)-1)

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* --- the input ------------------------------------------------------------------------------- */

struct input {
	const uint8_t *at, *end;
};

/* Behind the end there are zeros. */
static unsigned next(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

/* Bytes of the input in memory of their own, which lives until the next input. */
static void *kept[MOST_CALLS * 64];
static size_t kept_count;

static void *keep(const void *bytes, size_t len)
{
	void *copy;

	if (kept_count == KC_COUNT_OF(kept))
		return NULL;
	copy = malloc(len ? len : 1);
	must(copy != NULL);
	if (len)
		memcpy(copy, bytes, len);
	kept[kept_count++] = copy;
	return copy;
}

static CK_BYTE *bytes(struct input *input, CK_ULONG *ret_len)
{
	size_t wanted = next(input) % 70, left = (size_t)(input->end - input->at);
	size_t len = wanted < left ? wanted : left;
	CK_BYTE *copy = keep(input->at, len);

	input->at += len;
	*ret_len = copy ? len : 0;
	return copy;
}

/* Bytes, or none where the length says that there are some. */
static CK_BYTE *maybe_bytes(struct input *input, CK_ULONG *ret_len)
{
	static const CK_ULONG lies[] = {1, 16, 4096, HUGE_COUNT, HUGE_COUNT / 2, 0};

	if (next(input) % 8)
		return bytes(input, ret_len);
	*ret_len = lies[next(input) % KC_COUNT_OF(lies)];
	return NULL;
}

static CK_ULONG number(struct input *input)
{
	static const CK_ULONG edges[] = {HUGE_COUNT, HUGE_COUNT - 7, HUGE_COUNT / 2, 0x80000000UL,
		0xffffffffUL, 1000000, 512, 256};
	unsigned which = next(input);

	return which < 200 ? which : edges[which % KC_COUNT_OF(edges)];
}

/* --- sessions and objects ----------------------------------------------------------------------
 */

static CK_FUNCTION_LIST *f;
static CK_FUNCTION_LIST_3_0 *f3;
static CK_MECHANISM_TYPE mechanisms[512];
static CK_ULONG mechanism_count;
static CK_SESSION_HANDLE sessions[3];
static CK_OBJECT_HANDLE objects[16];
static size_t object_next;

static void answered(CK_RV rv)
{
	must(rv <= CKR_FUNCTION_REJECTED + 2); /* CKR_OPERATION_CANCEL_FAILED is the last */
}

static CK_SESSION_HANDLE session(struct input *input)
{
	unsigned which = next(input);

	return which > 250 ? which : sessions[which % KC_COUNT_OF(sessions)];
}

static CK_OBJECT_HANDLE object(struct input *input)
{
	unsigned which = next(input);

	return which > 240 ? which : objects[which % KC_COUNT_OF(objects)];
}

static void remember(CK_RV rv, CK_OBJECT_HANDLE made)
{
	answered(rv);
	if (rv == CKR_OK)
		objects[object_next++ % KC_COUNT_OF(objects)] = made;
}

/* --- templates ---------------------------------------------------------------------------------
 */

/* New ones go to the end: the corpus counts. */
static const CK_ATTRIBUTE_TYPE attributes[] = {CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_LABEL,
	CKA_APPLICATION, CKA_VALUE, CKA_OBJECT_ID, CKA_CERTIFICATE_TYPE, CKA_ISSUER,
	CKA_SERIAL_NUMBER, CKA_TRUSTED, CKA_CHECK_VALUE, CKA_KEY_TYPE, CKA_SUBJECT, CKA_ID,
	CKA_SENSITIVE, CKA_ENCRYPT, CKA_DECRYPT, CKA_WRAP, CKA_UNWRAP, CKA_SIGN, CKA_SIGN_RECOVER,
	CKA_VERIFY, CKA_VERIFY_RECOVER, CKA_DERIVE, CKA_START_DATE, CKA_END_DATE, CKA_MODULUS,
	CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
	CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT, CKA_PUBLIC_KEY_INFO, CKA_VALUE_LEN,
	CKA_EXTRACTABLE, CKA_LOCAL, CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_SENSITIVE,
	CKA_KEY_GEN_MECHANISM, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE, CKA_EC_PARAMS,
	CKA_EC_POINT, CKA_ALWAYS_AUTHENTICATE, CKA_WRAP_WITH_TRUSTED, CKA_WRAP_TEMPLATE,
	CKA_UNWRAP_TEMPLATE, CKA_DERIVE_TEMPLATE, CKA_ALLOWED_MECHANISMS, CKA_UNIQUE_ID,
	CKA_PROFILE_ID, CKA_URL, CKA_CERTIFICATE_CATEGORY, CKA_MECHANISM_TYPE};

static void value(struct input *input, CK_ATTRIBUTE *at, unsigned depth);

static CK_ATTRIBUTE *template(struct input *input, CK_ULONG *ret_count, unsigned depth)
{
	CK_ATTRIBUTE rows[MOST_ATTRIBUTES];
	unsigned count = next(input);

	if (count > 250) {
		*ret_count = count > 252 ? HUGE_COUNT : count;
		return NULL;
	}
	count %= MOST_ATTRIBUTES + 1;
	for (unsigned i = 0; i < count; i++) {
		unsigned which = next(input);

		rows[i].type =
			which > 250 ? which << 24 : attributes[which % KC_COUNT_OF(attributes)];
		value(input, &rows[i], depth);
	}
	*ret_count = count;
	return keep(rows, count * sizeof rows[0]);
}

static void value(struct input *input, CK_ATTRIBUTE *at, unsigned depth)
{
	static const CK_BYTE p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
	unsigned kind = next(input) % 8;
	CK_BBOOL truth;
	CK_ULONG whole, count;

	switch (kind) {
	case 0:
	case 1:
		truth = kind ? CK_TRUE : CK_FALSE;
		at->pValue = keep(&truth, sizeof truth);
		at->ulValueLen = sizeof truth;
		break;
	case 2:
	case 3:
		whole = number(input);
		at->pValue = keep(&whole, sizeof whole);
		at->ulValueLen = kind == 2 ? sizeof whole : next(input) % sizeof whole;
		break;
	case 4:
		at->pValue = keep(p256, sizeof p256);
		at->ulValueLen = sizeof p256;
		break;
	case 5:
		if (depth < 2) {
			at->pValue = template(input, &count, depth + 1);
			at->ulValueLen = at->pValue ? count * sizeof(CK_ATTRIBUTE) : count;
			break;
		}
		/* fall through */
	default:
		at->pValue = maybe_bytes(input, &at->ulValueLen);
	}
	if (!at->pValue && at->ulValueLen && kind < 5)
		at->ulValueLen = 0;
}

/* --- mechanisms --------------------------------------------------------------------------------
 */

/* As many bytes of the record as are said to be there, never more than there are. */
static void say(CK_MECHANISM *mechanism, struct input *input, const void *record, size_t len)
{
	size_t less = next(input);

	mechanism->ulParameterLen = less > 240 && less - 240 <= len ? len - (less - 240) : len;
	mechanism->pParameter = keep(record, mechanism->ulParameterLen);
	if (!mechanism->pParameter)
		mechanism->ulParameterLen = 0;
}

static void say_aead(CK_MECHANISM *mechanism, struct input *input, unsigned kind)
{
	CK_GCM_PARAMS gcm = {0};
	CK_CCM_PARAMS ccm = {0};
	CK_SALSA20_CHACHA20_POLY1305_PARAMS chacha = {0};

	if (kind == 0) {
		gcm.pIv = maybe_bytes(input, &gcm.ulIvLen);
		gcm.ulIvBits = number(input);
		gcm.pAAD = maybe_bytes(input, &gcm.ulAADLen);
		gcm.ulTagBits = number(input);
		say(mechanism, input, &gcm, sizeof gcm);
	} else if (kind == 1) {
		ccm.ulDataLen = number(input);
		ccm.pNonce = maybe_bytes(input, &ccm.ulNonceLen);
		ccm.pAAD = maybe_bytes(input, &ccm.ulAADLen);
		ccm.ulMACLen = number(input);
		say(mechanism, input, &ccm, sizeof ccm);
	} else {
		chacha.pNonce = maybe_bytes(input, &chacha.ulNonceLen);
		chacha.pAAD = maybe_bytes(input, &chacha.ulAADLen);
		say(mechanism, input, &chacha, sizeof chacha);
	}
}

static void say_rsa(CK_MECHANISM *mechanism, struct input *input, unsigned kind)
{
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_RSA_AES_KEY_WRAP_PARAMS both = {0};

	if (kind == 0) {
		if (next(input) % 2)
			pss.sLen = number(input);
		say(mechanism, input, &pss, sizeof pss);
		return;
	}
	oaep.source = next(input) % 4 ? CKZ_DATA_SPECIFIED : number(input);
	oaep.pSourceData = maybe_bytes(input, &oaep.ulSourceDataLen);
	if (kind == 1) {
		say(mechanism, input, &oaep, sizeof oaep);
		return;
	}
	both.ulAESKeyBits = number(input);
	both.pOAEPParams = next(input) % 4 ? keep(&oaep, sizeof oaep) : NULL;
	say(mechanism, input, &both, sizeof both);
}

static void say_sp800(CK_MECHANISM *mechanism, struct input *input)
{
	static CK_OBJECT_HANDLE more;
	CK_SP800_108_COUNTER_FORMAT counter = {CK_FALSE, 32};
	CK_SP800_108_DKM_LENGTH_FORMAT length = {CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32};
	CK_PRF_DATA_PARAM data[4];
	CK_DERIVED_KEY additional = {0};
	CK_SP800_108_FEEDBACK_KDF_PARAMS feedback = {0};
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, next(input) % 5, NULL, 0, NULL};

	for (CK_ULONG i = 0; i < params.ulNumberOfDataParams; i++) {
		data[i].type = next(input) % 6;
		counter.ulWidthInBits = length.ulWidthInBits = number(input);
		if (next(input) % 4 == 0) {
			data[i].pValue = maybe_bytes(input, &data[i].ulValueLen);
			continue;
		}
		data[i].ulValueLen =
			data[i].type == CK_SP800_108_DKM_LENGTH ? sizeof length : sizeof counter;
		data[i].pValue = data[i].type == CK_SP800_108_DKM_LENGTH
					 ? keep(&length, sizeof length)
					 : keep(&counter, sizeof counter);
		if (!data[i].pValue)
			data[i].ulValueLen = 0;
	}
	params.pDataParams = keep(data, params.ulNumberOfDataParams * sizeof data[0]);
	if (next(input) % 4 == 0) {
		additional.pTemplate = template(input, &additional.ulAttributeCount, 1);
		additional.phKey = next(input) % 4 ? &more : NULL;
		params.ulAdditionalDerivedKeys = 1;
		params.pAdditionalDerivedKeys =
			next(input) % 8 ? keep(&additional, sizeof additional) : NULL;
	}
	if (mechanism->mechanism != CKM_SP800_108_FEEDBACK_KDF) {
		say(mechanism, input, &params, sizeof params);
		return;
	}
	feedback.prfType = params.prfType;
	feedback.ulNumberOfDataParams = params.ulNumberOfDataParams;
	feedback.pDataParams = params.pDataParams;
	feedback.pIV = maybe_bytes(input, &feedback.ulIVLen);
	feedback.ulAdditionalDerivedKeys = params.ulAdditionalDerivedKeys;
	feedback.pAdditionalDerivedKeys = params.pAdditionalDerivedKeys;
	say(mechanism, input, &feedback, sizeof feedback);
}

static void say_derive(CK_MECHANISM *mechanism, struct input *input, unsigned kind)
{
	CK_ECDH1_DERIVE_PARAMS ecdh = {0};
	CK_HKDF_PARAMS hkdf = {0};
	CK_KEY_DERIVATION_STRING_DATA string = {0};
	CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc = {0};
	CK_PKCS5_PBKD2_PARAMS2 pbkdf2 = {0};
	CK_OBJECT_HANDLE key;

	switch (kind) {
	case 0:
		ecdh.kdf = next(input) % 16;
		ecdh.pSharedData = maybe_bytes(input, &ecdh.ulSharedDataLen);
		ecdh.pPublicData = maybe_bytes(input, &ecdh.ulPublicDataLen);
		say(mechanism, input, &ecdh, sizeof ecdh);
		break;
	case 1:
		hkdf.bExtract = (CK_BBOOL)next(input);
		hkdf.bExpand = (CK_BBOOL)next(input);
		hkdf.prfHashMechanism = next(input) % 8 ? CKM_SHA256 : number(input);
		hkdf.ulSaltType = next(input) % 6;
		hkdf.pSalt = maybe_bytes(input, &hkdf.ulSaltLen);
		hkdf.hSaltKey = object(input);
		hkdf.pInfo = maybe_bytes(input, &hkdf.ulInfoLen);
		say(mechanism, input, &hkdf, sizeof hkdf);
		break;
	case 2:
		string.pData = maybe_bytes(input, &string.ulLen);
		say(mechanism, input, &string, sizeof string);
		break;
	case 3:
		cbc.pData = maybe_bytes(input, &cbc.length);
		say(mechanism, input, &cbc, sizeof cbc);
		break;
	case 4:
		pbkdf2.saltSource = next(input) % 3;
		pbkdf2.pSaltSourceData = maybe_bytes(input, &pbkdf2.ulSaltSourceDataLen);
		pbkdf2.iterations = next(input); /* few, for they take time */
		pbkdf2.prf = next(input) % 10;
		pbkdf2.pPassword = maybe_bytes(input, &pbkdf2.ulPasswordLen);
		say(mechanism, input, &pbkdf2, sizeof pbkdf2);
		break;
	case 5:
		key = object(input);
		say(mechanism, input, &key, sizeof key);
		break;
	default:
		say_sp800(mechanism, input);
	}
}

static CK_MECHANISM *mechanism(struct input *input)
{
	static CK_MECHANISM said;
	CK_AES_CTR_PARAMS ctr = {0};
	CK_EDDSA_PARAMS eddsa = {0};
	unsigned which = next(input), more = next(input);
	CK_ULONG whole;

	if (which == 255)
		return NULL;
	said = (CK_MECHANISM){mechanisms[(which * 2 + (more & 1)) % mechanism_count], NULL, 0};
	switch (next(input) % 20) {
	case 0:
		said.pParameter = maybe_bytes(input, &said.ulParameterLen);
		break;
	case 1:
		said.pParameter = keep("0123456789abcdef", 16);
		said.ulParameterLen = said.pParameter ? 16 : 0;
		break;
	case 2:
		whole = number(input);
		say(&said, input, &whole, sizeof whole);
		break;
	case 3:
		ctr.ulCounterBits = number(input);
		say(&said, input, &ctr, sizeof ctr);
		break;
	case 4:
		eddsa.phFlag = (CK_BBOOL)next(input);
		eddsa.pContextData = maybe_bytes(input, &eddsa.ulContextDataLen);
		say(&said, input, &eddsa, sizeof eddsa);
		break;
	case 5:
	case 6:
	case 7:
		say_aead(&said, input, next(input) % 3);
		break;
	case 8:
	case 9:
		say_rsa(&said, input, next(input) % 3);
		break;
	case 10:
	case 11:
	case 12:
		say_derive(&said, input, next(input) % 7);
		break;
	default:
		break;
	}
	return &said;
}

/* --- room for answers --------------------------------------------------------------------------
 */

static CK_BYTE room[ROOM];
static CK_ULONG room_len, *room_len_at;

/* NULL, or room that is too small, or large. */
static CK_BYTE *out(struct input *input)
{
	unsigned which = next(input);

	memset(room, 0xa5, sizeof room);
	room_len = which < 64 ? which : ROOM / 2;
	room_len_at = which == 254 ? NULL : &room_len;
	return which > 250 ? NULL : room;
}

/* Nothing is written behind what was given, which is before as it was. */
static void wrote(CK_RV rv, CK_ULONG given)
{
	answered(rv);
	for (size_t i = given; i < sizeof room; i++)
		must(room[i] == 0xa5);
	if (rv == CKR_OK)
		must(room_len <= ROOM);
}
#define WRITES(call)                       \
	do {                               \
		CK_ULONG given = room_len; \
		wrote((call), given);      \
	} while (0)

/* --- the calls -----------------------------------------------------------------------------------
 */

static void create(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_OBJECT_HANDLE made = 0;
	CK_ULONG count;
	CK_ATTRIBUTE *rows = template(input, &count, 0);

	remember(f->C_CreateObject(s, rows, count, next(input) == 255 ? NULL : &made), made);
}

/* Keys that are worth something, so that the calls behind them are reached. */
static void create_good(struct input *input)
{
	static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = next(input) % 2 ? CKK_AES : CKK_GENERIC_SECRET;
	CK_BBOOL *token = next(input) % 4 ? &no : &yes;
	CK_ATTRIBUTE rows[] = {{CKA_CLASS, &class, sizeof class},
		{CKA_KEY_TYPE, &type, sizeof type}, {CKA_VALUE, room, 16}, {CKA_TOKEN, token, 1},
		{CKA_ENCRYPT, &yes, 1}, {CKA_DECRYPT, &yes, 1}, {CKA_SIGN, &yes, 1},
		{CKA_VERIFY, &yes, 1}, {CKA_WRAP, &yes, 1}, {CKA_UNWRAP, &yes, 1},
		{CKA_DERIVE, &yes, 1}, {CKA_SENSITIVE, &no, 1}, {CKA_EXTRACTABLE, &yes, 1}};
	CK_OBJECT_HANDLE made = 0;

	remember(f->C_CreateObject(sessions[0], rows, KC_COUNT_OF(rows), &made), made);
}

static void copy(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_OBJECT_HANDLE from = object(input), made = 0;
	CK_ULONG count;
	CK_ATTRIBUTE *rows = template(input, &count, 0);

	remember(f->C_CopyObject(s, from, rows, count, &made), made);
}

static void destroy(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);

	answered(f->C_DestroyObject(s, object(input)));
}

static void change(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_OBJECT_HANDLE which = object(input);
	CK_ULONG count;
	CK_ATTRIBUTE *rows = template(input, &count, 0);

	answered(f->C_SetAttributeValue(s, which, rows, count));
}

/* Each attribute into the whole room, a part of it, or asked for its length. */
static void read(struct input *input)
{
	CK_ATTRIBUTE rows[MOST_ATTRIBUTES];
	CK_SESSION_HANDLE s = session(input);
	CK_OBJECT_HANDLE which = object(input);
	CK_ULONG count = next(input) % (MOST_ATTRIBUTES + 1), size;

	out(input);
	for (CK_ULONG i = 0; i < count; i++) {
		unsigned size_kind = next(input) % 4;

		rows[i].type = attributes[next(input) % KC_COUNT_OF(attributes)];
		rows[i].pValue = size_kind == 0 ? NULL : room + i * 256;
		rows[i].ulValueLen = size_kind == 0   ? number(input)
				     : size_kind == 1 ? 256
						      : next(input) % 12;
		/* attributes of attributes hold pointers, which are the caller's to set up */
		if (rows[i].type & CKF_ARRAY_ATTRIBUTE && rows[i].type != CKA_ALLOWED_MECHANISMS)
			rows[i].pValue = NULL;
	}
	answered(f->C_GetAttributeValue(s, which, count ? rows : NULL, count));
	answered(f->C_GetObjectSize(s, which, &size));
	for (size_t i = MOST_ATTRIBUTES * 256; i < sizeof room; i++)
		must(room[i] == 0xa5);
}

static void find(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_OBJECT_HANDLE found[8];
	CK_ULONG count, got = 0, most = next(input) % 9;
	CK_ATTRIBUTE *rows = template(input, &count, 0);

	answered(f->C_FindObjectsInit(s, rows, count));
	if (next(input) % 8 == 0)
		return; /* and is left as it is */
	answered(f->C_FindObjects(s, found, most, &got));
	for (CK_ULONG i = 0; i < got && i < most; i++)
		objects[object_next++ % KC_COUNT_OF(objects)] = found[i];
	must(got <= most);
	answered(f->C_FindObjectsFinal(s));
}

static void begin(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	unsigned which = next(input) % 7;
	CK_OBJECT_HANDLE key = object(input);
	CK_MECHANISM *asked = mechanism(input);

	switch (which) {
	case 0:
		answered(f->C_EncryptInit(s, asked, key));
		break;
	case 1:
		answered(f->C_DecryptInit(s, asked, key));
		break;
	case 2:
		answered(f->C_DigestInit(s, asked));
		break;
	case 3:
		answered(f->C_SignInit(s, asked, key));
		break;
	case 4:
		answered(f->C_VerifyInit(s, asked, key));
		break;
	case 5:
		answered(f->C_SignRecoverInit(s, asked, key));
		break;
	default:
		answered(f->C_VerifyRecoverInit(s, asked, key));
	}
}

static void go_on(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	unsigned which = next(input) % 22;
	CK_ULONG len, more_len;
	CK_BYTE *in = maybe_bytes(input, &len), *to = out(input), *more;

	switch (which) {
	case 0:
		WRITES(f->C_Encrypt(s, in, len, to, room_len_at));
		break;
	case 1:
		WRITES(f->C_EncryptUpdate(s, in, len, to, room_len_at));
		break;
	case 2:
		WRITES(f->C_EncryptFinal(s, to, room_len_at));
		break;
	case 3:
		WRITES(f->C_Decrypt(s, in, len, to, room_len_at));
		break;
	case 4:
		WRITES(f->C_DecryptUpdate(s, in, len, to, room_len_at));
		break;
	case 5:
		WRITES(f->C_DecryptFinal(s, to, room_len_at));
		break;
	case 6:
		WRITES(f->C_Digest(s, in, len, to, room_len_at));
		break;
	case 7:
		answered(f->C_DigestUpdate(s, in, len));
		break;
	case 8:
		answered(f->C_DigestKey(s, object(input)));
		break;
	case 9:
		WRITES(f->C_DigestFinal(s, to, room_len_at));
		break;
	case 10:
		WRITES(f->C_Sign(s, in, len, to, room_len_at));
		break;
	case 11:
		answered(f->C_SignUpdate(s, in, len));
		break;
	case 12:
		WRITES(f->C_SignFinal(s, to, room_len_at));
		break;
	case 13:
		WRITES(f->C_SignRecover(s, in, len, to, room_len_at));
		break;
	case 14:
		more = maybe_bytes(input, &more_len);
		answered(f->C_Verify(s, in, len, more, more_len));
		break;
	case 15:
		answered(f->C_VerifyUpdate(s, in, len));
		break;
	case 16:
		answered(f->C_VerifyFinal(s, in, len));
		break;
	case 17:
		WRITES(f->C_VerifyRecover(s, in, len, to, room_len_at));
		break;
	case 18:
		WRITES(f->C_DigestEncryptUpdate(s, in, len, to, room_len_at));
		break;
	case 19:
		WRITES(f->C_DecryptDigestUpdate(s, in, len, to, room_len_at));
		break;
	case 20:
		WRITES(f->C_SignEncryptUpdate(s, in, len, to, room_len_at));
		break;
	default:
		WRITES(f->C_DecryptVerifyUpdate(s, in, len, to, room_len_at));
	}
}

static void state(struct input *input)
{
	CK_SESSION_HANDLE from = session(input), to = session(input);
	CK_BYTE *at = out(input);
	unsigned flip = next(input), where = next(input);
	CK_RV rv = f->C_GetOperationState(from, at, room_len_at);

	answered(rv);
	if (rv != CKR_OK || !at)
		return;
	if (flip)
		room[where % ROOM] ^= (CK_BYTE)flip;
	answered(f->C_SetOperationState(to, room, room_len, object(input), object(input)));
}

static void generate(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_MECHANISM *asked = mechanism(input);
	CK_OBJECT_HANDLE one = 0, two = 0;
	CK_ULONG count, more_count;
	CK_ATTRIBUTE *rows = template(input, &count, 0), *more;
	CK_RV rv;

	if (next(input) % 2) {
		remember(f->C_GenerateKey(s, asked, rows, count, &one), one);
		return;
	}
	more = template(input, &more_count, 0);
	rv = f->C_GenerateKeyPair(s, asked, rows, count, more, more_count, &one, &two);
	remember(rv, one);
	remember(rv, two);
}

static void wrap(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_MECHANISM *asked = mechanism(input);
	CK_OBJECT_HANDLE by = object(input), key = object(input), made = 0;
	CK_BYTE *to = out(input);
	CK_ULONG count, len;
	CK_ATTRIBUTE *rows;
	CK_BYTE *in;

	WRITES(f->C_WrapKey(s, asked, by, key, to, room_len_at));
	rows = template(input, &count, 0);
	if (next(input) % 2 && to && room_len <= ROOM) {
		remember(f->C_UnwrapKey(s, asked, by, room, room_len, rows, count, &made), made);
		return;
	}
	in = maybe_bytes(input, &len);
	remember(f->C_UnwrapKey(s, asked, by, in, len, rows, count, &made), made);
}

static void derive(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_MECHANISM *asked = mechanism(input);
	CK_OBJECT_HANDLE base = object(input), made = 0;
	CK_ULONG count;
	CK_ATTRIBUTE *rows = template(input, &count, 0);

	remember(f->C_DeriveKey(s, asked, base, rows, count, &made), made);
}

static void messages(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	unsigned which = next(input) % 8;
	CK_OBJECT_HANDLE key = object(input);
	CK_MECHANISM *asked = mechanism(input);
	CK_GCM_MESSAGE_PARAMS params = {0};
	CK_BYTE iv[16] = {0}, tag[16] = {0};
	CK_ULONG len, aad_len, params_len = sizeof params;
	CK_BYTE *in = maybe_bytes(input, &len), *aad = maybe_bytes(input, &aad_len),
		*to = out(input);

	params.pIv = next(input) % 8 ? iv : NULL;
	params.ulIvLen = next(input) % 17;
	params.ulIvFixedBits = number(input);
	params.ivGenerator = next(input) % 6;
	params.pTag = next(input) % 8 ? tag : NULL;
	params.ulTagBits = next(input) % 129;
	if (next(input) % 8 == 0)
		params_len = next(input) % sizeof params;
	switch (which) {
	case 0:
		answered(f3->C_MessageEncryptInit(s, asked, key));
		break;
	case 1:
		answered(f3->C_MessageDecryptInit(s, asked, key));
		break;
	case 2:
		WRITES(f3->C_EncryptMessage(
			s, &params, params_len, aad, aad_len, in, len, to, room_len_at));
		break;
	case 3:
		WRITES(f3->C_DecryptMessage(
			s, &params, params_len, aad, aad_len, in, len, to, room_len_at));
		break;
	case 4:
		answered(f3->C_EncryptMessageBegin(s, &params, params_len, aad, aad_len));
		break;
	case 5:
		answered(f3->C_DecryptMessageBegin(s, &params, params_len, aad, aad_len));
		break;
	case 6:
		WRITES(f3->C_EncryptMessageNext(
			s, &params, params_len, in, len, to, room_len_at, next(input) % 3));
		break;
	default:
		WRITES(f3->C_DecryptMessageNext(
			s, &params, params_len, in, len, to, room_len_at, next(input) % 3));
	}
}

static void sign_messages(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	unsigned which = next(input) % 8;
	CK_OBJECT_HANDLE key = object(input);
	CK_MECHANISM *asked = mechanism(input);
	CK_ULONG len, more_len;
	CK_BYTE *in = maybe_bytes(input, &len), *more = maybe_bytes(input, &more_len),
		*to = out(input);

	switch (which) {
	case 0:
		answered(f3->C_MessageSignInit(s, asked, key));
		break;
	case 1:
		answered(f3->C_MessageVerifyInit(s, asked, key));
		break;
	case 2:
		WRITES(f3->C_SignMessage(s, NULL, 0, in, len, to, room_len_at));
		break;
	case 3:
		answered(f3->C_VerifyMessage(s, NULL, 0, in, len, more, more_len));
		break;
	case 4:
		answered(f3->C_SignMessageBegin(s, NULL, 0));
		break;
	case 5:
		answered(f3->C_VerifyMessageBegin(s, NULL, 0));
		break;
	case 6:
		WRITES(f3->C_SignMessageNext(s, NULL, 0, in, len, to, room_len_at));
		break;
	default:
		answered(f3->C_VerifyMessageNext(s, NULL, 0, in, len, more, more_len));
	}
}

static void sessions_change(struct input *input)
{
	unsigned which = next(input) % 8, place = next(input) % KC_COUNT_OF(sessions);
	CK_SESSION_INFO info;

	switch (which) {
	case 0:
		answered(f->C_CloseSession(sessions[place]));
		break;
	case 1:
		answered(f->C_OpenSession(next(input) % 3,
			CKF_SERIAL_SESSION | (next(input) & CKF_RW_SESSION), NULL, NULL,
			&sessions[place]));
		break;
	case 2:
		answered(f->C_GetSessionInfo(sessions[place], &info));
		break;
	case 3:
		answered(f->C_Login(
			sessions[place], CKU_USER, (CK_UTF8CHAR *)(uintptr_t) "fake", 4));
		break;
	case 4:
		answered(f->C_Logout(sessions[place]));
		break;
	case 5:
		answered(f3->C_SessionCancel(sessions[place], number(input)));
		break;
	case 6:
		in_process_lock(true);
		break;
	default:
		in_process_lock(false);
	}
}

static void random_and_seed(struct input *input)
{
	CK_SESSION_HANDLE s = session(input);
	CK_ULONG len;
	CK_BYTE *in = maybe_bytes(input, &len);

	answered(f->C_SeedRandom(s, in, len));
	if (in)
		answered(f->C_GenerateRandom(s, in, len));
}

/* New ones go to the end: the corpus counts. */
static void (*const calls[])(struct input *input) = {create, create_good, copy, destroy, change,
	read, find, begin, go_on, state, generate, wrap, derive, messages, sign_messages,
	sessions_change, random_and_seed, begin, go_on, create_good, begin, go_on};

static void start(void)
{
	CK_INTERFACE *interface;
	CK_VERSION version = {3, 0};
	CK_ULONG count = KC_COUNT_OF(mechanisms);

	in_process_start();
	must(C_GetFunctionList(&f) == CKR_OK);
	must(C_GetInterface(NULL, &version, &interface, 0) == CKR_OK);
	f3 = interface->pFunctionList;
	must(f->C_Initialize(NULL) == CKR_OK);
	must(f->C_GetMechanismList(0, mechanisms, &count) == CKR_OK);
	mechanism_count = count;
	must(f->C_Finalize(NULL) == CKR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input input = {data, data + len};

	if (!f)
		start();
	in_process_reset();
	memset(objects, 0, sizeof objects);
	memset(room, 0, sizeof room);
	object_next = 0;
	must(f->C_Initialize(NULL) == CKR_OK);
	for (size_t i = 0; i < KC_COUNT_OF(sessions); i++)
		must(f->C_OpenSession(i == 2, CKF_SERIAL_SESSION | (i != 1 ? CKF_RW_SESSION : 0),
			     NULL, NULL, &sessions[i]) == CKR_OK);
	for (unsigned i = 0; i < MOST_CALLS && input.at < input.end; i++)
		calls[next(&input) % KC_COUNT_OF(calls)](&input);
	must(f->C_Finalize(NULL) == CKR_OK);
	while (kept_count)
		free(kept[--kept_count]);
	return 0;
}
