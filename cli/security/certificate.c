/* SPDX-License-Identifier: ISC */
/* crypto/ reads certificates; here are the words. */
#include "cli/security/certificate.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/security/dump.h"
#include "cli/when.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"

kc_err kc_sec_certificate_push_hash(struct kc_buf *out, enum kc_hash hash, struct kc_bytes der)
{
	uint8_t digest[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(hash, der, digest));
	kc_sec_dump_hex(out, kc_bytes(digest, kc_hash_len(hash)), true);
	return kc_buf_check(out);
}

const char *kc_sec_certificate_fault(struct kc_bytes der)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	double from, to, now = (double)time(NULL);

	if (kc_certificate_load(der, &certificate) != KC_OK ||
		kc_certificate_validity(certificate, &from, &to) != KC_OK)
		return "CSSMERR_TP_INVALID_CERTIFICATE";
	if (now < (double)kc_when_from_absolute(from))
		return "CSSMERR_TP_CERT_NOT_VALID_YET";
	return now > (double)kc_when_from_absolute(to) ? "CSSMERR_TP_CERT_EXPIRED" : NULL;
}

void kc_sec_certificate_push_name(struct kc_buf *out, struct kc_bytes der, struct kc_bytes label)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	size_t before = out->len;

	if (kc_certificate_load(der, &certificate) == KC_OK)
		(void)(kc_certificate_summary(certificate, KC_CERTIFICATE_SUBJECT, out) == KC_OK);
	if (out->len == before)
		kc_buf_push(out, label.data, label.len);
}

struct addresses {
	const char *wanted; /* NULL: any */
	struct kc_buf *out; /* NULL: only looked for */
	bool found;
};

/* True when that is enough. */
static bool take_address(void *context, struct kc_bytes text)
{
	struct addresses *addresses = context;

	if (addresses->wanted &&
		(text.len != strlen(addresses->wanted) ||
			strncasecmp((const char *)text.data, addresses->wanted, text.len) != 0))
		return false;
	addresses->found = true;
	if (!addresses->out)
		return true;
	kc_buf_push_str(addresses->out, "    ");
	kc_buf_push(addresses->out, text.data, text.len);
	kc_buf_push_byte(addresses->out, '\n');
	return false;
}

bool kc_sec_certificate_find_addresses(struct kc_bytes der, const char *wanted, struct kc_buf *out)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	struct addresses addresses = {.wanted = wanted, .out = out};

	if (kc_certificate_load(der, &certificate) == KC_OK)
		kc_certificate_texts(certificate, KC_CERTIFICATE_EMAILS, take_address, &addresses);
	return addresses.found;
}

bool kc_sec_certificate_has_hash(struct kc_bytes der, const char *wanted)
{
	KC_CLEANUP_BUF struct kc_buf hash = KC_BUF_INIT;

	return kc_sec_certificate_push_hash(&hash, KC_HASH_SHA1, der) == KC_OK &&
	       kc_buf_text(&hash) && strcasecmp(kc_buf_text(&hash), wanted) == 0;
}
