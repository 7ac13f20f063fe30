/* SPDX-License-Identifier: ISC */
/*
 * The answer is the library's own, from a run in which nothing is forgiven. Only when that says no
 * is there a second run, which goes on after each fault, to say what is wrong and how far the chain
 * leads.
 */
#include "crypto/x509_chain.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "crypto/x509_chain_impl.h"

#define MOST_CERTIFICATES 1000
#define HOST_MOST 255
#define MOST_DEEP 128 /* the library's chains have up to 102 links */

KC_CRYPTO_CLEANUP(X509_STORE, X509_STORE_free)
KC_CRYPTO_CLEANUP(X509_STORE_CTX, X509_STORE_CTX_free)

typedef STACK_OF(X509) certificates;

static void certificates_free_cleanup(certificates **list)
{
	sk_X509_pop_free(*list, X509_free);
}

/* One run. */
struct run {
	const struct kc_chain_question *question;
	certificates *given; /* the one to judge first */
	X509_STORE *anchors;
	bool goes_on; /* after a fault */
	unsigned faults, faults_at[MOST_DEEP];
};

void kc_chain_done(struct kc_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		kc_buf_done(&chain->rows[i].certificate);
	free(chain->rows);
	*chain = (struct kc_chain)KC_CHAIN_INIT;
}

/* --- faults ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	int error;
	unsigned fault;
} errors[] = {
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,            KC_CHAIN_INCOMPLETE},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,    KC_CHAIN_INCOMPLETE},
	{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,      KC_CHAIN_INCOMPLETE},
	{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,          KC_CHAIN_NO_ANCHOR},
	{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,            KC_CHAIN_NO_ANCHOR},
	{X509_V_ERR_CERT_UNTRUSTED,                       KC_CHAIN_NO_ANCHOR},
	{X509_V_ERR_CERT_REJECTED,                        KC_CHAIN_NO_ANCHOR},
	{X509_V_ERR_CERT_NOT_YET_VALID,                   KC_CHAIN_NOT_YET},
	{X509_V_ERR_CERT_HAS_EXPIRED,                     KC_CHAIN_EXPIRED},
	{X509_V_ERR_HOSTNAME_MISMATCH,                    KC_CHAIN_HOST},
	{X509_V_ERR_IP_ADDRESS_MISMATCH,                  KC_CHAIN_HOST},
	{X509_V_ERR_EMAIL_MISMATCH,                       KC_CHAIN_ADDRESS},
	{X509_V_ERR_INVALID_PURPOSE,                      KC_CHAIN_USE},
	{X509_V_ERR_INVALID_CA,                           KC_CHAIN_CA},
	{X509_V_ERR_PATH_LENGTH_EXCEEDED,                 KC_CHAIN_CA},
	{X509_V_ERR_KEYUSAGE_NO_CERTSIGN,                 KC_CHAIN_CA},
	{X509_V_ERR_PERMITTED_VIOLATION,                  KC_CHAIN_CA},
	{X509_V_ERR_EXCLUDED_VIOLATION,                   KC_CHAIN_CA},
	{X509_V_ERR_CERT_SIGNATURE_FAILURE,               KC_CHAIN_SIGNATURE},
	{X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE,     KC_CHAIN_SIGNATURE},
	{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY,   KC_CHAIN_SIGNATURE},
	{X509_V_ERR_EE_KEY_TOO_SMALL,                     KC_CHAIN_WEAK},
	{X509_V_ERR_CA_KEY_TOO_SMALL,                     KC_CHAIN_WEAK},
	{X509_V_ERR_CA_MD_TOO_WEAK,                       KC_CHAIN_WEAK},
};

/* How each purpose is checked. Weak is what has less than 80 bits, and for TLS less than 112. */
static const struct purpose {
	enum kc_chain_purpose purpose;
	int library, trust, level;
	uint32_t extended; /* must be among the extended key usages, which must be there */
} purposes[] = {
	{KC_CHAIN_ANY,        0,                           0,                      1, 0},
	{KC_CHAIN_TLS_SERVER, X509_PURPOSE_SSL_SERVER,     X509_TRUST_SSL_SERVER,  2, 0},
	{KC_CHAIN_TLS_CLIENT, X509_PURPOSE_SSL_CLIENT,     X509_TRUST_SSL_CLIENT,  2, 0},
	{KC_CHAIN_EMAIL,      X509_PURPOSE_SMIME_SIGN,     X509_TRUST_EMAIL,       1, 0},
	{KC_CHAIN_CODE,       0,                           X509_TRUST_OBJECT_SIGN, 1, XKU_CODE_SIGN},
	{KC_CHAIN_TIMESTAMP,  X509_PURPOSE_TIMESTAMP_SIGN, X509_TRUST_TSA,         1, 0},
};
/* clang-format on */

static unsigned fault_of(int error)
{
	for (size_t i = 0; i < KC_COUNT_OF(errors); i++)
		if (errors[i].error == error)
			return errors[i].fault;
	return KC_CHAIN_OTHER;
}

static const struct purpose *purpose_of(const struct kc_chain_question *question)
{
	for (size_t i = 0; i < KC_COUNT_OF(purposes); i++)
		if (purposes[i].purpose == question->purpose)
			return &purposes[i];
	return &purposes[0];
}

/* --- one run ---------------------------------------------------------------------------------- */

static bool is_last(X509_STORE_CTX *context, int depth)
{
	return depth == sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
}

static bool is_forgiven(const struct run *run, X509_STORE_CTX *context)
{
	int depth = X509_STORE_CTX_get_error_depth(context);

	if (X509_STORE_CTX_get_error(context) != X509_V_ERR_CERT_HAS_EXPIRED)
		return false;
	return run->question->may_be_expired ||
	       (run->question->anchor_may_be_expired && depth > 0 && is_last(context, depth));
}

/* Called by the library for each certificate, and for each fault with held 0. */
static int at_fault(int held, X509_STORE_CTX *context)
{
	struct run *run = X509_STORE_CTX_get_app_data(context);
	int depth = X509_STORE_CTX_get_error_depth(context);
	unsigned fault;

	if (held)
		return 1;
	if (is_forgiven(run, context)) {
		X509_STORE_CTX_set_error(context, X509_V_OK);
		return 1;
	}
	if (!run->goes_on)
		return 0;
	fault = fault_of(X509_STORE_CTX_get_error(context));
	run->faults |= fault;
	if (depth >= 0 && depth < MOST_DEEP)
		run->faults_at[depth] |= fault;
	return 1;
}

/* A name that begins with a dot would mean a whole domain to the library, and one with an asterisk
 * would be found in the certificate as it is; one with a NUL or too long is none. */
static bool set_host(X509_VERIFY_PARAM *param, struct kc_bytes host)
{
	char text[HOST_MOST + 1] = {0};

	if (host.len > 1 && host.data[host.len - 1] == '.')
		host.len--; /* the root */
	if (host.len == 0 || host.len > HOST_MOST || host.data[0] == '.' ||
		memchr(host.data, 0, host.len) || memchr(host.data, '*', host.len))
		return false;
	memcpy(text, host.data, host.len);
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, text) == 1)
		return true;
	kc_crypto_forget_errors();
	return X509_VERIFY_PARAM_set1_host(param, text, host.len) == 1;
}

static bool set_address(X509_VERIFY_PARAM *param, struct kc_bytes address)
{
	return !memchr(address.data, 0, address.len) &&
	       X509_VERIFY_PARAM_set1_email(param, (const char *)address.data, address.len) == 1;
}

/* What cannot be asked for at all is a fault. */
static unsigned set_names(X509_VERIFY_PARAM *param, const struct kc_chain_question *question)
{
	unsigned faults = 0;

	if (question->host.len && !set_host(param, question->host))
		faults |= KC_CHAIN_HOST;
	if (question->address.len && !set_address(param, question->address))
		faults |= KC_CHAIN_ADDRESS;
	return faults;
}

static bool set_params(X509_VERIFY_PARAM *param, const struct kc_chain_question *question)
{
	const struct purpose *purpose = purpose_of(question);

	X509_VERIFY_PARAM_set_time(param, (time_t)question->at);
	X509_VERIFY_PARAM_set_auth_level(param, purpose->level);
	return X509_VERIFY_PARAM_set_flags(
		       param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST) == 1 &&
	       (!purpose->library || X509_VERIFY_PARAM_set_purpose(param, purpose->library) == 1) &&
	       (!purpose->trust || X509_VERIFY_PARAM_set_trust(param, purpose->trust) == 1);
}

static unsigned extended_use_fault(const struct kc_chain_question *question, X509 *certificate)
{
	uint32_t wanted = purpose_of(question)->extended;

	if (!wanted)
		return 0;
	/* It says all of them when there is no such extension. */
	if (!(X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE))
		return KC_CHAIN_USE;
	return X509_get_extended_key_usage(certificate) & wanted ? 0 : KC_CHAIN_USE;
}

/* The library's context for a run, and what is at fault before it. */
static kc_err begin(struct run *run, X509_STORE_CTX **ret)
{
	KC_CLEANUP_OSSL(X509_STORE_CTX)
	X509_STORE_CTX *context = X509_STORE_CTX_new_ex(kc_crypto_library()->context, NULL);
	X509 *certificate = sk_X509_value(run->given, 0);
	X509_VERIFY_PARAM *param;

	if (!context || X509_STORE_CTX_init(context, run->anchors, certificate, run->given) != 1 ||
		X509_STORE_CTX_set_app_data(context, run) != 1)
		return kc_crypto_failed();
	param = X509_STORE_CTX_get0_param(context);
	if (!set_params(param, run->question))
		return kc_crypto_failed();
	run->faults =
		set_names(param, run->question) | extended_use_fault(run->question, certificate);
	run->faults_at[0] = run->faults;
	X509_STORE_CTX_set_verify_cb(context, at_fault);
	*ret = context;
	context = NULL;
	return KC_OK;
}

/* --- the chain -------------------------------------------------------------------------------- */

static kc_err push_encoded(struct kc_buf *out, const X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	if (len < 0)
		return kc_crypto_failed();
	kc_buf_push(out, der, (size_t)len);
	OPENSSL_free(der);
	return kc_buf_check(out);
}

/* The bytes as they were given: what is not quite DER would be encoded anew. The first is the one
 * to judge even where the library has taken an equal one among the anchors. */
static kc_err set_link(
	const struct run *run, const X509 *certificate, size_t at, struct kc_buf *ret)
{
	for (size_t i = 0; i < run->question->certificate_count; i++)
		if (at == 0 || sk_X509_value(run->given, (int)i) == certificate) {
			struct kc_bytes der = run->question->certificates[i];

			kc_buf_push(ret, der.data, der.len);
			return kc_buf_check(ret);
		}
	return push_encoded(ret, certificate);
}

static kc_err set_links(struct kc_chain *chain, const certificates *list, const struct run *run)
{
	int count = sk_X509_num(list);

	if (count <= 0 || count > MOST_DEEP)
		return KC_ERR(BUG);
	chain->rows = calloc((size_t)count, sizeof *chain->rows);
	if (!chain->rows)
		return KC_ERR(NO_MEMORY);
	while (chain->count < (size_t)count) {
		size_t at = chain->count++;

		chain->rows[at].faults = run->faults_at[at];
		KC_TRY(set_link(
			run, sk_X509_value(list, (int)at), at, &chain->rows[at].certificate));
	}
	return KC_OK;
}

/* Nothing is forgiven: trusted is what the library itself finds nothing wrong with. */
static kc_err try_to_trust(struct run *run, struct kc_chain *chain)
{
	KC_CLEANUP_OSSL(X509_STORE_CTX) X509_STORE_CTX *context = NULL;

	KC_TRY(begin(run, &context));
	if (run->faults == 0 && X509_verify_cert(context) == 1 &&
		X509_STORE_CTX_get_error(context) == X509_V_OK) {
		KC_TRY(set_links(chain, X509_STORE_CTX_get0_chain(context), run));
		chain->faults = kc_x509_revocation_faults(
			run->question, X509_STORE_CTX_get0_chain(context), &chain->has_answer);
		chain->rows[0].faults = chain->faults;
		chain->is_trusted = chain->faults == 0;
	}
	kc_crypto_forget_errors();
	return KC_OK;
}

static kc_err find_faults(struct run *run, struct kc_chain *chain)
{
	KC_CLEANUP_OSSL(X509_STORE_CTX) X509_STORE_CTX *context = NULL;
	bool completed;

	run->goes_on = true;
	KC_TRY(begin(run, &context));
	completed = X509_verify_cert(context) == 1;
	kc_crypto_forget_errors();
	/* What the library cannot name is a fault all the same. */
	chain->faults = completed && run->faults ? run->faults : run->faults | KC_CHAIN_OTHER;
	return set_links(chain, X509_STORE_CTX_get0_chain(context), run);
}

/* --- the question ----------------------------------------------------------------------------- */

static kc_err take_certificates(const struct kc_bytes *rows, size_t count, certificates *ret)
{
	if (count > MOST_CERTIFICATES)
		return KC_ERR(TOO_LARGE);
	for (size_t i = 0; i < count; i++) {
		X509 *certificate = NULL;

		KC_TRY(kc_x509_parse(rows[i], &certificate));
		if (sk_X509_push(ret, certificate) <= 0) {
			X509_free(certificate);
			return kc_crypto_failed();
		}
	}
	return KC_OK;
}

static kc_err add_roots(const certificates *given, X509_STORE *store)
{
	for (int i = 0; i < sk_X509_num(given); i++) {
		X509 *certificate = sk_X509_value(given, i);

		if (X509_self_signed(certificate, 0) == 1 &&
			X509_STORE_add_cert(store, certificate) != 1)
			return kc_crypto_failed();
	}
	return KC_OK;
}

static kc_err make_anchors(
	const struct kc_chain_question *question, const certificates *given, X509_STORE **ret)
{
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *store = NULL;

	if (question->system_anchors && !question->anchor_count && !question->roots_are_anchors)
		return kc_x509_system_anchors(ret);
	store = X509_STORE_new();
	if (!store)
		return kc_crypto_failed();
	if (question->system_anchors)
		KC_TRY(kc_x509_add_system_anchors(store));
	for (size_t i = 0; i < question->anchor_count; i++) {
		KC_CLEANUP_OSSL(X509) X509 *anchor = NULL;

		KC_TRY(kc_x509_parse(question->anchors[i], &anchor));
		if (X509_STORE_add_cert(store, anchor) != 1)
			return kc_crypto_failed();
	}
	if (question->roots_are_anchors)
		KC_TRY(add_roots(given, store));
	*ret = store;
	store = NULL;
	return KC_OK;
}

kc_err kc_chain_judge(const struct kc_chain_question *question, struct kc_chain *ret)
{
	KC_CLEANUP(certificates_free_cleanup) certificates *given = sk_X509_new_null();
	KC_CLEANUP_OSSL(X509_STORE) X509_STORE *anchors = NULL;
	KC_CLEANUP_CHAIN struct kc_chain chain = KC_CHAIN_INIT;
	struct run run = {.question = question, .given = given};

	if (!given)
		return kc_crypto_failed();
	if (question->certificate_count == 0 || question->anchor_count > MOST_CERTIFICATES)
		return KC_ERR(TOO_LARGE);
	KC_TRY(take_certificates(question->certificates, question->certificate_count, given));
	KC_TRY(make_anchors(question, given, &anchors));
	run.anchors = anchors;
	KC_TRY(try_to_trust(&run, &chain));
	if (chain.count == 0)
		KC_TRY(find_faults(&run, &chain));
	kc_chain_done(ret);
	*ret = chain;
	chain = (struct kc_chain)KC_CHAIN_INIT;
	return KC_OK;
}
