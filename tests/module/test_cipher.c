/* SPDX-License-Identifier: ISC */
/* Encrypting and decrypting through the module, with OpenSSL as the judge. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

#define TAG 16
#define LONGEST 70000

static CK_BYTE key_bytes[32], iv[16], aad[20], text[LONGEST];

static void fill(void)
{
	for (size_t i = 0; i < sizeof key_bytes; i++)
		key_bytes[i] = (CK_BYTE)(i * 7 + 1);
	for (size_t i = 0; i < sizeof iv; i++)
		iv[i] = (CK_BYTE)(0xf0 + i);
	for (size_t i = 0; i < sizeof aad; i++)
		aad[i] = (CK_BYTE)(i * 3);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 31 + i / 256);
}

/* --- the ways -------------------------------------------------------------------------------- */

enum form {
	FORM_NONE,
	FORM_IV,
	FORM_CTR,
	FORM_GCM,
	FORM_OLD_GCM,
	FORM_CCM,
	FORM_CHACHA,
	FORM_POLY
};

struct way {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE type;
	const char *openssl;
	enum form form;
	size_t step;  /* lengths are its multiples */
	size_t least; /* the shortest message */
	bool is_padded;
	size_t tag;
	bool waits; /* decryption gives out nothing before the end */
};

/* clang-format off */
static const struct way ways[] = {
	/*                           type          OpenSSL             parameter     step least pad    tag  waits */
	{"ECB",     CKM_AES_ECB,     CKK_AES,      "AES-256-ECB",      FORM_NONE,    16,  0,    false, 0,   false},
	{"CBC",     CKM_AES_CBC,     CKK_AES,      "AES-256-CBC",      FORM_IV,      16,  0,    false, 0,   false},
	{"CBC-PAD", CKM_AES_CBC_PAD, CKK_AES,      "AES-256-CBC",      FORM_IV,      1,   0,    true,  0,   false},
	{"CTR",     CKM_AES_CTR,     CKK_AES,      "AES-256-CTR",      FORM_CTR,     1,   0,    false, 0,   false},
	{"OFB",     CKM_AES_OFB,     CKK_AES,      "AES-256-OFB",      FORM_IV,      1,   0,    false, 0,   false},
	{"CFB8",    CKM_AES_CFB8,    CKK_AES,      "AES-256-CFB8",     FORM_IV,      1,   0,    false, 0,   false},
	{"CFB128",  CKM_AES_CFB128,  CKK_AES,      "AES-256-CFB",      FORM_IV,      1,   0,    false, 0,   false},
	{"CTS",     CKM_AES_CTS,     CKK_AES,      "AES-256-CBC-CTS",  FORM_IV,      1,   16,   false, 0,   false},
	{"GCM",     CKM_AES_GCM,     CKK_AES,      "AES-256-GCM",      FORM_GCM,     1,   0,    false, TAG, true},
	{"old GCM", CKM_AES_GCM,     CKK_AES,      "AES-256-GCM",      FORM_OLD_GCM, 1,   0,    false, TAG, true},
	{"CCM",     CKM_AES_CCM,     CKK_AES,      "AES-256-CCM",      FORM_CCM,     1,   0,    false, TAG, true},
	{"ChaCha20", CKM_CHACHA20,   CKK_CHACHA20, "ChaCha20",         FORM_CHACHA,  1,   0,    false, 0,   false},
	{"Poly1305", CKM_CHACHA20_POLY1305, CKK_CHACHA20, "ChaCha20-Poly1305", FORM_POLY, 1, 0, false, TAG, true},
};
/* clang-format on */

static const size_t lengths[] = {0, 1, 15, 16, 17, 31, 32, 33, 48, 1000, 1024, LONGEST};
static const size_t chunks[] = {1, 7, 16, 33, 4096};

struct old_gcm {
	CK_BYTE_PTR iv;
	CK_ULONG iv_len;
	CK_BYTE_PTR aad;
	CK_ULONG aad_len;
	CK_ULONG tag_bits;
};

/* A parameter of any form, with what it points to. */
struct parameter {
	union {
		CK_BYTE iv[16];
		CK_AES_CTR_PARAMS ctr;
		CK_GCM_PARAMS gcm;
		struct old_gcm old_gcm;
		CK_CCM_PARAMS ccm;
		CK_CHACHA20_PARAMS chacha;
		CK_SALSA20_CHACHA20_POLY1305_PARAMS poly;
	} u;
	CK_BYTE iv[16], aad[sizeof aad], counter[4];
};

/* The mechanism with its parameter, for a message of len bytes. */
static CK_MECHANISM mechanism_of(const struct way *way, size_t len, struct parameter *p)
{
	CK_MECHANISM mechanism = {way->mechanism, &p->u, 0};

	memcpy(p->iv, iv, sizeof iv);
	memcpy(p->aad, aad, sizeof aad);
	memcpy(p->counter, "\1\0\0\0", 4);
	switch (way->form) {
	case FORM_NONE:
		break;
	case FORM_IV:
		memcpy(p->u.iv, iv, sizeof iv);
		mechanism.ulParameterLen = sizeof iv;
		break;
	case FORM_CTR:
		p->u.ctr = (CK_AES_CTR_PARAMS){.ulCounterBits = 128};
		memcpy(p->u.ctr.cb, iv, sizeof iv);
		mechanism.ulParameterLen = sizeof p->u.ctr;
		break;
	case FORM_GCM:
		p->u.gcm = (CK_GCM_PARAMS){p->iv, 12, 96, p->aad, sizeof aad, TAG * 8};
		mechanism.ulParameterLen = sizeof p->u.gcm;
		break;
	case FORM_OLD_GCM:
		p->u.old_gcm = (struct old_gcm){p->iv, 12, p->aad, sizeof aad, TAG * 8};
		mechanism.ulParameterLen = sizeof p->u.old_gcm;
		break;
	case FORM_CCM:
		p->u.ccm = (CK_CCM_PARAMS){len, p->iv, 12, p->aad, sizeof aad, TAG};
		mechanism.ulParameterLen = sizeof p->u.ccm;
		break;
	case FORM_CHACHA:
		p->u.chacha = (CK_CHACHA20_PARAMS){p->counter, 32, p->iv, 96};
		mechanism.ulParameterLen = sizeof p->u.chacha;
		break;
	case FORM_POLY:
		p->u.poly = (CK_SALSA20_CHACHA20_POLY1305_PARAMS){p->iv, 12, p->aad, sizeof aad};
		mechanism.ulParameterLen = sizeof p->u.poly;
		break;
	}
	return mechanism;
}

/* What OpenSSL makes of the first len bytes of the text. */
static void judge(const struct way *way, size_t len, struct kc_buf *ret)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, way->openssl, NULL);
	CK_BYTE out[LONGEST + 32], nonce[16];
	char mode[] = "CS1";
	OSSL_PARAM cts[] = {OSSL_PARAM_construct_utf8_string(OSSL_CIPHER_PARAM_CTS_MODE, mode, 0),
		OSSL_PARAM_END};
	int made = 0, more = 0;

	memcpy(nonce, iv, sizeof nonce);
	if (way->form == FORM_CHACHA) { /* OpenSSL's iv is the counter and the nonce */
		memcpy(nonce, "\1\0\0\0", 4);
		memcpy(nonce + 4, iv, 12);
	}
	CHECK_FATAL(cipher != NULL);
	CHECK_FATAL(EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL,
			    way->form == FORM_IV && strstr(way->openssl, "CTS") ? cts : NULL) == 1);
	if (way->tag)
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL);
	if (way->form == FORM_CCM)
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, NULL);
	CHECK_FATAL(EVP_EncryptInit_ex2(ctx, NULL, key_bytes, nonce, NULL) == 1);
	EVP_CIPHER_CTX_set_padding(ctx, way->is_padded);
	if (way->form == FORM_CCM)
		EVP_EncryptUpdate(ctx, NULL, &more, NULL, (int)len);
	if (way->tag)
		EVP_EncryptUpdate(ctx, NULL, &more, aad, sizeof aad);
	CHECK_MSG(len == 0 || EVP_EncryptUpdate(ctx, out, &made, text, (int)len) == 1, way->name);
	more = 0;
	if (way->form != FORM_CCM)
		CHECK_MSG(EVP_EncryptFinal_ex(ctx, out + made, &more) == 1, way->name);
	else if (len == 0)
		EVP_EncryptUpdate(ctx, out, &more, text, 0);
	made += more;
	if (way->tag) {
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, out + made);
		made += TAG;
	}
	kc_buf_reset(ret);
	kc_buf_push(ret, out, (size_t)made);
	EVP_CIPHER_free(cipher);
	EVP_CIPHER_CTX_free(ctx);
}

/* --- at once --------------------------------------------------------------------------------- */

static bool same(const CK_BYTE *bytes, size_t len, struct kc_bytes wanted)
{
	return kc_bytes_equal(kc_bytes(bytes, len), wanted);
}

/* Encrypts and decrypts the first len bytes, asking for lengths, with too little room, in place. */
static void check_whole(
	const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key, size_t len)
{
	static CK_BYTE out[LONGEST + 32];
	KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT;
	struct parameter p;
	CK_MECHANISM mechanism = mechanism_of(way, len, &p);
	CK_ULONG asked = 0, got;

	judge(way, len, &wanted);
	CHECK_MSG(x->f->C_EncryptInit(x->session, &mechanism, key) == CKR_OK, way->name);
	memset(&p, 0xa5, sizeof p); /* what it points to was copied */
	CHECK_MSG(x->f->C_Encrypt(x->session, text, len, NULL, &asked) == CKR_OK, way->name);
	CHECK_MSG(asked == wanted.len, way->name);
	if (asked) {
		got = asked - 1;
		CHECK_MSG(x->f->C_Encrypt(x->session, text, len, out, &got) == CKR_BUFFER_TOO_SMALL,
			way->name);
		CHECK_MSG(got == asked, way->name);
	}
	memcpy(out, text, len);
	got = sizeof out;
	CHECK_MSG(x->f->C_Encrypt(x->session, out, len, out, &got) == CKR_OK, way->name);
	CHECK_MSG(same(out, got, kc_buf_bytes(&wanted)), way->name);
	CHECK_MSG(x->f->C_Encrypt(x->session, out, len, out, &got) == CKR_OPERATION_NOT_INITIALIZED,
		way->name);

	mechanism = mechanism_of(way, len, &p);
	CHECK_MSG(x->f->C_DecryptInit(x->session, &mechanism, key) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Decrypt(x->session, wanted.data, wanted.len, NULL, &asked) == CKR_OK,
		way->name);
	CHECK_MSG(asked >= len && asked <= wanted.len, way->name);
	if (len) {
		got = len - 1;
		CHECK_MSG(x->f->C_Decrypt(x->session, wanted.data, wanted.len, out, &got) ==
				  CKR_BUFFER_TOO_SMALL,
			way->name);
		CHECK_MSG(got == len, way->name);
	}
	got = len;
	CHECK_MSG(x->f->C_Decrypt(x->session, wanted.data, wanted.len, out, &got) == CKR_OK,
		way->name);
	CHECK_MSG(same(out, got, kc_bytes(text, len)), way->name);
}

/* --- in parts -------------------------------------------------------------------------------- */

typedef CK_RV update(CK_SESSION_HANDLE session, CK_BYTE_PTR in, CK_ULONG in_len, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len);
typedef CK_RV final(CK_SESSION_HANDLE session, CK_BYTE_PTR out, CK_ULONG_PTR out_len);

/* Feeds in chunks, each after asking for its length; the first time with too little room. */
static void run_in_parts(const struct fixture *x, const char *name, update *step, final *end,
	struct kc_bytes in, size_t chunk, bool is_exact, struct kc_buf *ret)
{
	static CK_BYTE out[LONGEST + 64];
	CK_ULONG asked, got;

	kc_buf_reset(ret);
	for (size_t at = 0; at < in.len; at += chunk) {
		size_t len = in.len - at < chunk ? in.len - at : chunk;
		CK_BYTE_PTR part = (CK_BYTE_PTR)(uintptr_t)in.data + at;

		CHECK_MSG(step(x->session, part, len, NULL, &asked) == CKR_OK, name);
		if (asked) {
			got = asked - 1;
			CHECK_MSG(step(x->session, part, len, out, &got) == CKR_BUFFER_TOO_SMALL,
				name);
		}
		got = asked;
		CHECK_MSG(step(x->session, part, len, out, &got) == CKR_OK, name);
		CHECK_MSG(is_exact ? got == asked : got <= asked, name);
		kc_buf_push(ret, out, got);
	}
	CHECK_MSG(end(x->session, NULL, &asked) == CKR_OK, name);
	got = sizeof out;
	CHECK_MSG(end(x->session, out, &got) == CKR_OK, name);
	CHECK_MSG(got <= asked, name);
	CHECK_MSG(end(x->session, out, &got) == CKR_OPERATION_NOT_INITIALIZED, name);
	kc_buf_push(ret, out, got);
}

static void check_parts(const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key,
	size_t len, size_t chunk)
{
	KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct parameter p;
	CK_MECHANISM mechanism = mechanism_of(way, len, &p);
	bool is_exact = way->mechanism != CKM_AES_CTS;

	judge(way, len, &wanted);
	CHECK_MSG(x->f->C_EncryptInit(x->session, &mechanism, key) == CKR_OK, way->name);
	run_in_parts(x, way->name, x->f->C_EncryptUpdate, x->f->C_EncryptFinal, kc_bytes(text, len),
		chunk, is_exact, &made);
	CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&made), kc_buf_bytes(&wanted)), way->name);
	CHECK_MSG(x->f->C_DecryptInit(x->session, &mechanism, key) == CKR_OK, way->name);
	run_in_parts(x, way->name, x->f->C_DecryptUpdate, x->f->C_DecryptFinal,
		kc_buf_bytes(&wanted), chunk, is_exact, &made);
	CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&made), kc_bytes(text, len)), way->name);
}

static bool fits(const struct way *way, size_t len)
{
	return len % way->step == 0 && len >= way->least;
}

static void all_ways(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		CK_OBJECT_HANDLE key =
			keys_secret(&x, ways[i].type, kc_bytes(key_bytes, sizeof key_bytes));

		for (size_t j = 0; j < KC_COUNT_OF(lengths); j++)
			if (fits(&ways[i], lengths[j]))
				check_whole(&x, &ways[i], key, lengths[j]);
		for (size_t j = 0; j < KC_COUNT_OF(chunks); j++) {
			check_parts(&x, &ways[i], key, 48, chunks[j]);
			if (chunks[j] > 1)
				check_parts(&x, &ways[i], key, 1024, chunks[j]);
			if (fits(&ways[i], 33))
				check_parts(&x, &ways[i], key, 33, chunks[j]);
		}
		if (ways[i].least == 0)
			check_parts(&x, &ways[i], key, 0, 1);
		check_parts(&x, &ways[i], key, 69984, 30000);
	}
	harness_end(&x);
}

/* --- what goes wrong ------------------------------------------------------------------------- */

/* A flipped bit of what is authenticated gives no byte out, at once or in parts. */
static void tampering(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		KC_CLEANUP_BUF struct kc_buf good = KC_BUF_INIT;
		struct parameter p;
		CK_MECHANISM mechanism = mechanism_of(&ways[i], 40, &p);
		CK_BYTE out[64];
		CK_ULONG len;
		CK_OBJECT_HANDLE key;

		if (!ways[i].tag)
			continue;
		key = keys_secret(&x, ways[i].type, kc_bytes(key_bytes, sizeof key_bytes));
		judge(&ways[i], 40, &good);
		for (size_t at = 0; at < good.len; at += 13) {
			good.data[at] ^= 1;
			memset(out, 0x5a, sizeof out);
			len = sizeof out;
			CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, key), CKR_OK);
			CHECK_MSG(x.f->C_Decrypt(x.session, good.data, good.len, out, &len) ==
					  CKR_ENCRYPTED_DATA_INVALID,
				ways[i].name);
			CHECK_MSG(out[0] == 0x5a && out[39] == 0x5a, ways[i].name);
			len = sizeof out;
			CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, key), CKR_OK);
			CHECK_RV(x.f->C_DecryptUpdate(x.session, good.data, good.len, out, &len),
				CKR_OK);
			CHECK_MSG(len == 0, ways[i].name);
			len = sizeof out;
			CHECK_RV(x.f->C_DecryptFinal(x.session, out, &len),
				CKR_ENCRYPTED_DATA_INVALID);
			CHECK_MSG(out[0] == 0x5a, ways[i].name);
			good.data[at] ^= 1;
		}
		CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	}
	harness_end(&x);
}

static void lengths_out_of_range(void)
{
	static const struct {
		CK_MECHANISM_TYPE mechanism;
		size_t plain, encrypted; /* lengths that no message has; 0: all are fine */
	} rows[] = {
		{CKM_AES_ECB, 17, 17},
		{CKM_AES_CBC, 15, 31},
		{CKM_AES_CBC_PAD, 0, 15},
		{CKM_AES_CTS, 15, 15},
		{CKM_AES_GCM, 0, 15},
		{CKM_AES_CCM, 39, 55},
		{CKM_CHACHA20_POLY1305, 0, 15},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct way *way = ways;
		struct parameter p;
		CK_MECHANISM mechanism;
		CK_OBJECT_HANDLE key;
		CK_BYTE out[128];
		CK_ULONG len = sizeof out;

		while (way->mechanism != rows[i].mechanism)
			way++;
		mechanism = mechanism_of(way, 40, &p);
		key = keys_secret(&x, way->type, kc_bytes(key_bytes, sizeof key_bytes));
		if (rows[i].plain) {
			CHECK_RV(x.f->C_EncryptInit(x.session, &mechanism, key), CKR_OK);
			CHECK_RV(x.f->C_Encrypt(x.session, text, rows[i].plain, out, &len),
				CKR_DATA_LEN_RANGE);
			CHECK_RV(x.f->C_Encrypt(x.session, text, rows[i].plain, out, &len),
				CKR_OPERATION_NOT_INITIALIZED);
			CHECK_RV(x.f->C_EncryptInit(x.session, &mechanism, key), CKR_OK);
			CHECK_RV(x.f->C_EncryptUpdate(x.session, text, rows[i].plain, out, &len),
				CKR_OK);
			len = sizeof out;
			CHECK_RV(x.f->C_EncryptFinal(x.session, out, &len), CKR_DATA_LEN_RANGE);
		}
		len = sizeof out;
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, key), CKR_OK);
		CHECK_RV(x.f->C_Decrypt(x.session, text, rows[i].encrypted, out, &len),
			CKR_ENCRYPTED_DATA_LEN_RANGE);
		len = sizeof out;
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, key), CKR_OK);
		CHECK_RV(x.f->C_DecryptUpdate(x.session, text, rows[i].encrypted, out, &len),
			CKR_OK);
		len = sizeof out;
		CHECK_RV(x.f->C_DecryptFinal(x.session, out, &len), CKR_ENCRYPTED_DATA_LEN_RANGE);
	}
	harness_end(&x);
}

static void parameters(void)
{
	CK_AES_CTR_PARAMS no_bits = {0, {0}}, many_bits = {129, {0}};
	CK_GCM_PARAMS no_iv = {NULL, 12, 96, NULL, 0, 128}, empty_iv = {iv, 0, 0, NULL, 0, 128},
		      no_aad = {iv, 12, 96, NULL, 4, 128}, tag = {iv, 12, 96, NULL, 0, 100},
		      long_tag = {iv, 12, 96, NULL, 0, 136},
		      lies = {iv, (CK_ULONG)-1, 0, NULL, 0, 128},
		      aad_lies = {iv, 12, 96, aad, (CK_ULONG)-1, 128};
	CK_CCM_PARAMS short_nonce = {4, iv, 6, NULL, 0, 16}, long_nonce = {4, iv, 14, NULL, 0, 16},
		      odd_mac = {4, iv, 12, NULL, 0, 5},
		      too_long = {1UL << 16, iv, 13, NULL, 0, 16};
	CK_CHACHA20_PARAMS no_counter = {NULL, 32, iv, 96}, mixed = {iv, 64, iv, 96};
	CK_SALSA20_CHACHA20_POLY1305_PARAMS nonce = {iv, 8, NULL, 0};
	const struct {
		const char *what;
		CK_MECHANISM mechanism;
	} rows[] = {
#define ROW(name, record) {#record, {CKM_##name, &(record), sizeof(record)}}
		{"ECB has none", {CKM_AES_ECB, iv, 16}},
		{"no iv", {CKM_AES_CBC, NULL, 0}},
		{"an iv that is not there", {CKM_AES_CBC, NULL, 16}},
		{"a short iv", {CKM_AES_CBC_PAD, iv, 15}},
		{"no counter block", {CKM_AES_CTR, NULL, 0}},
		{"half a record", {CKM_AES_GCM, &tag, 24}},
		{"a wrap iv", {CKM_AES_KEY_WRAP, iv, 7}},
		{"a padded wrap iv", {CKM_AES_KEY_WRAP_KWP, iv, 8}},
		ROW(AES_CTR, no_bits),
		ROW(AES_CTR, many_bits),
		ROW(AES_GCM, no_iv),
		ROW(AES_GCM, empty_iv),
		ROW(AES_GCM, no_aad),
		ROW(AES_GCM, tag),
		ROW(AES_GCM, long_tag),
		ROW(AES_GCM, lies),
		ROW(AES_GCM, aad_lies),
		ROW(AES_CCM, short_nonce),
		ROW(AES_CCM, long_nonce),
		ROW(AES_CCM, odd_mac),
		ROW(AES_CCM, too_long),
		ROW(CHACHA20, no_counter),
		ROW(CHACHA20, mixed),
		ROW(CHACHA20_POLY1305, nonce),
#undef ROW
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE aes = keys_secret(&x, CKK_AES, kc_bytes(key_bytes, 32));

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = rows[i].mechanism;

		CHECK_MSG(x.f->C_EncryptInit(x.session, &mechanism, aes) ==
				  CKR_MECHANISM_PARAM_INVALID,
			rows[i].what);
		CHECK_MSG(x.f->C_DecryptInit(x.session, &mechanism, aes) ==
				  CKR_MECHANISM_PARAM_INVALID,
			rows[i].what);
	}
	harness_end(&x);
}

static void calls_out_of_order(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, 16}, sha = {CKM_SHA256, NULL, 0},
		     chacha = {CKM_CHACHA20, NULL, 0};
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(key_bytes, 32)), other;
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE aes = CKK_AES;
	CK_MECHANISM_TYPE ecb_only[] = {CKM_AES_ECB};
	CK_ATTRIBUTE no_use[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, aes),
		ATTR_BYTES(CKA_VALUE, key_bytes), ATTR(CKA_ENCRYPT, harness_false),
		ATTR(CKA_DECRYPT, harness_false)};
	CK_ATTRIBUTE listed[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, aes),
		ATTR_BYTES(CKA_VALUE, key_bytes), ATTR(CKA_ENCRYPT, harness_true),
		ATTR(CKA_ALLOWED_MECHANISMS, ecb_only)};
	CK_BYTE out[64];
	CK_ULONG len = sizeof out;

	CHECK_RV(x.f->C_Encrypt(x.session, text, 16, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_EncryptUpdate(x.session, text, 16, out, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_EncryptFinal(x.session, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_EncryptInit(x.session, NULL, key), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_EncryptInit(x.session, &sha, key), CKR_MECHANISM_INVALID);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key + 4000), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_EncryptInit(x.session, &chacha, key), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OPERATION_ACTIVE);
	CHECK_RV(x.f->C_DecryptInit(x.session, &cbc, key), CKR_OK); /* beside it */
	CHECK_RV(x.f->C_EncryptUpdate(x.session, text, 16, out, &len), CKR_OK);
	CHECK_RV(x.f->C_Encrypt(x.session, text, 16, out, &len), CKR_OPERATION_ACTIVE);
	CHECK_RV(x.f->C_EncryptInit(x.session, NULL, 0), CKR_OK); /* ends it */
	CHECK_RV(x.f->C_EncryptFinal(x.session, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_Decrypt(x.session, NULL, 16, out, &len), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_Decrypt(x.session, text, 16, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_Encrypt(x.session, text, 16, out, NULL), CKR_ARGUMENTS_BAD);

	CHECK_RV(x.f->C_CreateObject(x.session, no_use, KC_COUNT_OF(no_use), &other), CKR_OK);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, other), CKR_KEY_FUNCTION_NOT_PERMITTED);
	CHECK_RV(x.f->C_DecryptInit(x.session, &cbc, other), CKR_KEY_FUNCTION_NOT_PERMITTED);
	CHECK_RV(x.f->C_CreateObject(x.session, listed, KC_COUNT_OF(listed), &other), CKR_OK);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, other), CKR_MECHANISM_INVALID);
	cbc = (CK_MECHANISM){CKM_AES_ECB, NULL, 0};
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, other), CKR_OK);
	/* The session's end drops what is begun in the service. */
	CHECK_RV(x.f->C_EncryptUpdate(x.session, text, 16, out, &len), CKR_OK);
	harness_end(&x);
}

/* --- RSA ------------------------------------------------------------------------------------- */

static EVP_PKEY *public_of(const struct fixture *x, CK_OBJECT_HANDLE key)
{
	CK_BYTE spki[1024];
	const unsigned char *at = spki;
	CK_ATTRIBUTE info = {CKA_PUBLIC_KEY_INFO, spki, sizeof spki};

	CHECK_RV_FATAL(x->f->C_GetAttributeValue(x->session, key, &info, 1), CKR_OK);
	return d2i_PUBKEY(NULL, &at, (long)info.ulValueLen);
}

/* What OpenSSL encrypts with the public half. */
static size_t seal(EVP_PKEY *key, int padding, const char *hash, size_t len, CK_BYTE *ret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t made = 256;

	EVP_PKEY_encrypt_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, padding);
	if (hash) {
		EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, hash, NULL);
		EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, hash, NULL);
	}
	CHECK(EVP_PKEY_encrypt(ctx, ret, &made, text, len) == 1);
	EVP_PKEY_CTX_free(ctx);
	return made;
}

static void rsa(void)
{
	CK_RSA_PKCS_OAEP_PARAMS sha1 = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0},
				sha256 = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0},
				md5 = {CKM_MD5, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_MECHANISM of_yesterday = {CKM_RSA_PKCS_OAEP, &md5, sizeof md5};
	const struct {
		const char *name;
		CK_MECHANISM mechanism;
		int padding;
		const char *hash;
		size_t most;
	} rows[] = {
		{"PKCS", {CKM_RSA_PKCS, NULL, 0}, RSA_PKCS1_PADDING, NULL, 245},
		{"OAEP-SHA1", {CKM_RSA_PKCS_OAEP, &sha1, sizeof sha1}, RSA_PKCS1_OAEP_PADDING,
			"SHA1", 214},
		{"OAEP-SHA256", {CKM_RSA_PKCS_OAEP, &sha256, sizeof sha256}, RSA_PKCS1_OAEP_PADDING,
			"SHA256", 190},
		{"X.509", {CKM_RSA_X_509, NULL, 0}, RSA_NO_PADDING, NULL, 256},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private;
	EVP_PKEY *key;

	keys_pair(&x, CKM_RSA_PKCS_KEY_PAIR_GEN, kc_bytes(NULL, 0), &public, &private);
	key = public_of(&x, public);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = rows[i].mechanism;
		size_t message = rows[i].padding == RSA_NO_PADDING ? 256 : 32;
		CK_BYTE sealed[256], out[256];
		CK_ULONG len = 0;

		CHECK_RV(x.f->C_EncryptInit(x.session, &mechanism, public), CKR_OK);
		CHECK_RV(x.f->C_Encrypt(x.session, text, message, NULL, &len), CKR_OK);
		CHECK(len == 256);
		CHECK_RV(x.f->C_Encrypt(x.session, text, message, sealed, &len), CKR_OK);
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, private), CKR_OK);
		len = message - 1;
		CHECK_RV(x.f->C_Decrypt(x.session, sealed, 256, out, &len), CKR_BUFFER_TOO_SMALL);
		CHECK_MSG(len == message, rows[i].name);
		CHECK_RV(x.f->C_Decrypt(x.session, sealed, 256, out, &len), CKR_OK);
		CHECK_MSG(same(out, len, kc_bytes(text, message)), rows[i].name);

		CHECK(seal(key, rows[i].padding, rows[i].hash, message, sealed) == 256);
		len = sizeof out;
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, private), CKR_OK);
		CHECK_RV(x.f->C_Decrypt(x.session, sealed, 256, out, &len), CKR_OK);
		CHECK_MSG(same(out, len, kc_bytes(text, message)), rows[i].name);

		len = sizeof out;
		CHECK_RV(x.f->C_EncryptInit(x.session, &mechanism, public), CKR_OK);
		CHECK_MSG(x.f->C_Encrypt(x.session, text, rows[i].most + 1, out, &len) ==
				  CKR_DATA_LEN_RANGE,
			rows[i].name);
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, private), CKR_OK);
		CHECK_RV(x.f->C_Decrypt(x.session, sealed, 255, out, &len),
			CKR_ENCRYPTED_DATA_LEN_RANGE);
		CHECK_RV(x.f->C_EncryptInit(x.session, &mechanism, private),
			CKR_KEY_TYPE_INCONSISTENT);
		CHECK_RV(x.f->C_DecryptInit(x.session, &mechanism, public),
			CKR_KEY_TYPE_INCONSISTENT);
	}
	CHECK_RV(x.f->C_EncryptInit(x.session, &of_yesterday, public), CKR_MECHANISM_PARAM_INVALID);
	EVP_PKEY_free(key);
	harness_end(&x);
}

/* Encrypting with a public key needs nothing of the keychain. */
static void rsa_while_locked(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE public, private;
	CK_BYTE out[256];
	CK_ULONG len = sizeof out;

	keys_pair(&x, CKM_RSA_PKCS_KEY_PAIR_GEN, kc_bytes(NULL, 0), &public, &private);
	harness_lock();
	CHECK_RV(x.f->C_EncryptInit(x.session, &pkcs, public), CKR_OK);
	CHECK_RV(x.f->C_Encrypt(x.session, text, 16, out, &len), CKR_OK);
	CHECK(len == 256);
	harness_unlock();
	harness_end(&x);
}

/* A lock ends what is under way with a private key, and the session says so. */
static void locked_in_the_middle(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, 16};
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(key_bytes, 32));
	CK_BYTE out[64];
	CK_ULONG len = sizeof out;

	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_EncryptUpdate(x.session, text, 16, out, &len), CKR_OK);
	harness_lock();
	harness_unlock();
	len = sizeof out;
	CHECK_RV(x.f->C_EncryptUpdate(x.session, text, 16, out, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_EncryptFinal(x.session, out, &len), CKR_OPERATION_NOT_INITIALIZED);
	harness_end(&x);
}

/* The service holds some hundreds of operations for a program: those that are left in the middle do
 * not stay there. */
static void left_in_the_middle(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_C_SessionCancel cancel;
	CK_C_GetInterface get = (CK_C_GetInterface)harness_symbol("C_GetInterface");
	CK_VERSION version = {3, 0};
	CK_INTERFACE_PTR interface;
	CK_MECHANISM cbc = {CKM_AES_CBC, iv, 16};
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(key_bytes, 32));
	CK_BYTE out[64];
	int begun = 0;

	CHECK_RV_FATAL(get(NULL, &version, &interface, 0), CKR_OK);
	cancel = ((CK_FUNCTION_LIST_3_0 *)interface->pFunctionList)->C_SessionCancel;
	for (int i = 0; i < 900; i++) {
		CK_SESSION_HANDLE session;
		CK_ULONG len = sizeof out;

		CHECK_RV_FATAL(
			x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
		CHECK_RV(x.f->C_EncryptInit(session, &cbc, key), CKR_OK);
		begun += x.f->C_EncryptUpdate(session, text, 16, out, &len) == CKR_OK;
		if (i % 3 == 0)
			CHECK_RV(cancel(session, CKF_ENCRYPT), CKR_OK);
		else if (i % 3 == 1)
			CHECK_RV(x.f->C_EncryptInit(session, NULL, 0), CKR_OK);
		CHECK_RV(x.f->C_CloseSession(session), CKR_OK);
	}
	CHECK(begun == 900);
	harness_end(&x);
}

/* --- two threads ----------------------------------------------------------------------------- */

struct worker {
	const struct fixture *x;
	CK_OBJECT_HANDLE key;
	int failures;
};

static void *work(void *context)
{
	struct worker *worker = context;
	CK_FUNCTION_LIST *f = worker->x->f;
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, 16};
	CK_SESSION_HANDLE session;
	CK_BYTE sealed[128], out[128];

	worker->failures += f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK;
	for (int i = 0; i < 60; i++) {
		CK_ULONG first = sizeof sealed, last = sizeof sealed, len = sizeof out;

		worker->failures += f->C_EncryptInit(session, &cbc, worker->key) != CKR_OK;
		worker->failures += f->C_EncryptUpdate(session, text, 50, sealed, &first) != CKR_OK;
		last -= first;
		worker->failures += f->C_EncryptFinal(session, sealed + first, &last) != CKR_OK;
		worker->failures += f->C_DecryptInit(session, &cbc, worker->key) != CKR_OK;
		worker->failures +=
			f->C_Decrypt(session, sealed, first + last, out, &len) != CKR_OK;
		worker->failures += !same(out, len, kc_bytes(text, 50));
	}
	worker->failures += f->C_CloseSession(session) != CKR_OK;
	return NULL;
}

static void two_threads(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(key_bytes, 32));
	struct worker workers[2] = {{&x, key, 0}, {&x, key, 0}};
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		CHECK(workers[i].failures == 0);
	}
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(all_ways),
		CHECK_TEST(tampering),
		CHECK_TEST(lengths_out_of_range),
		CHECK_TEST(parameters),
		CHECK_TEST(calls_out_of_order),
		CHECK_TEST(rsa),
		CHECK_TEST(rsa_while_locked),
		CHECK_TEST(locked_in_the_middle),
		CHECK_TEST(left_in_the_middle),
		CHECK_TEST(two_threads),
	};
	int status;

	fill();
	harness_start();
	status = check_main("module: ciphers", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
