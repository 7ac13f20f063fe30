/* SPDX-License-Identifier: ISC */
/*
 * Judging a certificate by the chain that leads from it to an anchor (RFC 5280 6), without asking
 * anybody over a network.
 */
#ifndef KC_CRYPTO_X509_CHAIN_H
#define KC_CRYPTO_X509_CHAIN_H

#include "base/buf.h"

/* What the certificate is to be used for, by its key usage and extended key usage. */
enum kc_chain_purpose {
	KC_CHAIN_ANY,
	KC_CHAIN_TLS_SERVER,
	KC_CHAIN_TLS_CLIENT,
	KC_CHAIN_EMAIL,
	KC_CHAIN_CODE,
	KC_CHAIN_TIMESTAMP,
};

/* What can be wrong, as a bit. */
enum {
	KC_CHAIN_INCOMPLETE = 1, /* an issuer is missing */
	KC_CHAIN_NO_ANCHOR = 2,	 /* it ends at a root that nobody trusts */
	KC_CHAIN_NOT_YET = 4,
	KC_CHAIN_EXPIRED = 8,
	KC_CHAIN_HOST = 16,
	KC_CHAIN_ADDRESS = 32, /* of e-mail */
	KC_CHAIN_USE = 64,     /* key usage, extended key usage */
	KC_CHAIN_CA = 128,     /* issued by something that may not issue it */
	KC_CHAIN_SIGNATURE = 256,
	KC_CHAIN_WEAK = 512, /* a key or a hash that is too weak for the purpose */
	KC_CHAIN_REVOKED = 1024,
	KC_CHAIN_NOT_CHECKED = 2048, /* no answer about revocation, where one was asked for */
	KC_CHAIN_OTHER = 4096,
};

/* All bytes are borrowed; certificates are in DER. */
struct kc_chain_question {
	const struct kc_bytes *certificates; /* the one to judge, then any that may be of help */
	size_t certificate_count;
	const struct kc_bytes *anchors; /* any certificates; an intermediate one will do */
	size_t anchor_count;
	bool system_anchors;	/* and the distribution's */
	bool roots_are_anchors; /* those among the certificates, too */
	enum kc_chain_purpose purpose;
	struct kc_bytes host;	 /* a DNS name or an IP address (RFC 9525); empty: any */
	struct kc_bytes address; /* of e-mail; empty: any */
	int64_t at;		 /* UNIX seconds */
	bool may_be_expired;	 /* any certificate */
	bool anchor_may_be_expired;
	bool needs_answer;    /* about revocation, in ocsp */
	struct kc_bytes ocsp; /* an OCSP response (RFC 6960); empty: none */
};

struct kc_chain {
	struct kc_chain_link {
		struct kc_buf certificate;
		unsigned faults;
	} * rows; /* the certificate, its issuer, and so on as far as they are known */
	size_t count;
	unsigned faults; /* of all together */
	bool is_trusted;
	bool has_answer; /* about revocation */
};

#define KC_CHAIN_INIT                    \
	{                                \
		.faults = KC_CHAIN_OTHER \
	}
#define KC_CLEANUP_CHAIN KC_CLEANUP(kc_chain_done)
void kc_chain_done(struct kc_chain *chain);

/* Success means that there is an answer: is_trusted is it. A certificate's subject is no host name,
 * even when it has no other. Errors: DECODE (one of the certificates), TOO_LARGE (too many). */
KC_MUST kc_err kc_chain_judge(const struct kc_chain_question *question, struct kc_chain *ret);

/* Gives the distribution's anchors to visit, each in DER, until that fails. */
KC_MUST kc_err kc_chain_visit_anchors(
	kc_err (*visit)(void *context, struct kc_bytes certificate), void *context);

#endif
