/* SPDX-License-Identifier: ISC */
/* Sorting out certificates. */
#include "keychainapi/Security/item/filter.h"

#include "base/der.h"
#include "keychainapi/Security/certificate/certificate.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/trust/trust.h"

#define SUBJ KC_NAME('s', 'u', 'b', 'j')
#define ISSR KC_NAME('i', 's', 's', 'r')
#define MOST_ISSUERS 32	  /* names on the way up from one certificate */
#define MOST_NAMESAKES 32 /* certificates of one name */

bool kc_filter_looks_at(const struct kc_filter *filter, kc_name class)
{
	if (class != KC_CLASS_CERTIFICATE && class != KC_CLASS_IDENTITY)
		return false;
	for (size_t i = 0; i < KC_FILTER_PLACES; i++)
		if (filter->subject[i])
			return true;
	return filter->issuers || filter->policy || filter->email || filter->has_date ||
	       filter->trusted_only;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* A text that is looked for among those of a certificate. */
struct look {
	CFStringRef wanted;
	enum kc_filter_place place;
	CFStringCompareFlags flags;
	bool any, found;
};

static bool has_it(const struct look *look, CFStringRef text)
{
	CFStringCompareFlags flags = look->flags;

	if (look->place == KC_FILTER_WHOLE)
		return CFStringCompare(text, look->wanted, flags) == kCFCompareEqualTo;
	if (look->place != KC_FILTER_CONTAINS)
		flags |= kCFCompareAnchored;
	if (look->place == KC_FILTER_ENDS)
		flags |= kCFCompareBackwards;
	return CFStringFind(text, look->wanted, flags).location != kCFNotFound;
}

static bool look_at(void *context, struct kc_bytes text)
{
	struct look *look = context;
	KC_CLEANUP_OBJECT CFStringRef string = CFStringCreateWithBytes(
		NULL, text.data, (CFIndex)text.len, kCFStringEncodingUTF8, false);

	look->any = true;
	look->found = look->found || (string && has_it(look, string));
	return look->found;
}

static bool has_subject(const struct kc_filter *filter, const struct kc_certificate *certificate)
{
	for (size_t i = 0; i < KC_FILTER_PLACES; i++) {
		struct look look = {.wanted = filter->subject[i],
			.place = (enum kc_filter_place)i,
			.flags = filter->comparing};
		if (!look.wanted)
			continue;
		kc_certificate_texts(certificate, KC_CERTIFICATE_SUBJECT_TEXTS, look_at, &look);
		if (!look.found)
			return false;
	}
	return true;
}

/* A certificate that names no address may be anybody's. */
static bool has_email(const struct kc_filter *filter, const struct kc_certificate *certificate)
{
	struct look look = {.wanted = filter->email,
		.place = KC_FILTER_WHOLE,
		.flags = filter->strict ? 0 : kCFCompareCaseInsensitive};

	if (!look.wanted)
		return true;
	kc_certificate_texts(certificate, KC_CERTIFICATE_EMAILS, look_at, &look);
	return look.found || !look.any;
}

static bool is_valid(const struct kc_filter *filter, const struct kc_certificate *certificate)
{
	double from, to;

	if (!filter->has_date)
		return true;
	return kc_certificate_validity(certificate, &from, &to) == KC_OK && from <= filter->date &&
	       filter->date <= to;
}

/* --- issuers --------------------------------------------------------------------------------- */

/* Normalised names, each in DER as one value after another. */
static bool has_name(const struct kc_buf *names, struct kc_bytes name)
{
	struct kc_der_reader r;

	kc_der_reader_init(&r, kc_buf_bytes(names));
	while (kc_der_more(&r))
		if (kc_bytes_equal(kc_der_get_bytes(&r), name))
			return true;
	return false;
}

static kc_err add_name(struct kc_buf *names, struct kc_bytes name)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, names);
	kc_der_put_bytes(&w, name);
	return kc_der_writer_check(&w);
}

/* The names that are asked for. Other objects are passed over, and a list without data asks for
 * nothing; data that is no name is the name of nobody. */
static kc_err read_names(CFArrayRef issuers, struct kc_buf *ret, bool *ret_any)
{
	for (CFIndex i = 0; i < CFArrayGetCount(issuers); i++) {
		KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT;
		CFTypeRef name = CFArrayGetValueAtIndex(issuers, i);

		if (kc_object_kind(name) != KC_OBJECT_DATA)
			continue;
		*ret_any = true;
		if (kc_certificate_normalise(kc_object_bytes(name), &normal) == KC_OK)
			KC_TRY(add_name(ret, kc_buf_bytes(&normal)));
	}
	return KC_OK;
}

/*
 * The way up from a certificate: its issuer's name, then those of the issuers of the keychain's
 * certificates with that subject, and so on. The list of what is still to be looked at grows at its
 * end, and no name is in it twice, so a circle ends.
 */
struct climb {
	struct kc_client *client;
	struct kc_buf names; /* all, in the order in which they were met */
	size_t at;
	unsigned count;			/* of those that were looked at */
	CFMutableArrayRef certificates; /* those on the way, unless NULL */
};

static void climb_done(struct climb *climb)
{
	kc_buf_done(&climb->names);
}

static kc_err climb_start(const struct kc_certificate *certificate, struct climb *climb)
{
	KC_CLEANUP_BUF struct kc_buf issuer = KC_BUF_INIT;

	KC_TRY(kc_certificate_name_normal(certificate, KC_CERTIFICATE_ISSUER, &issuer));
	return add_name(&climb->names, kc_buf_bytes(&issuer));
}

/* The next name, copied since the list may move; false when there is none. */
static bool climb_next(struct climb *climb, struct kc_buf *ret)
{
	struct kc_der_reader r;
	struct kc_bytes name;

	if (climb->count++ == MOST_ISSUERS || climb->at == climb->names.len)
		return false;
	kc_der_reader_init(
		&r, kc_bytes(climb->names.data + climb->at, climb->names.len - climb->at));
	name = kc_der_get_bytes(&r);
	climb->at = (size_t)(r.at - climb->names.data);
	kc_buf_reset(ret);
	kc_buf_push(ret, name.data, name.len);
	return true;
}

static kc_err climb_meet(struct climb *climb, const struct kc_found *found)
{
	KC_CLEANUP_OBJECT SecCertificateRef certificate = NULL;
	struct kc_bytes issuer = kc_attrs_get_bytes(&found->attrs, ISSR);

	if (climb->certificates &&
		kc_certificate_object_new(kc_secret_bytes(&found->secret), &certificate) == KC_OK)
		CFArrayAppendValue(climb->certificates, certificate);
	return has_name(&climb->names, issuer) ? KC_OK : add_name(&climb->names, issuer);
}

/* Meets the keychain's certificates of that name. */
static kc_err climb_on(struct climb *climb, const struct kc_buf *name)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	KC_TRY(kc_buf_check(name));
	query.class = KC_CLASS_CERTIFICATE;
	query.sync = KC_SYNC_ANY;
	query.limit = MOST_NAMESAKES;
	query.want = KC_WANT_ATTRS | (climb->certificates ? KC_WANT_SECRET : 0);
	kc_attrs_set_bytes(&query.attrs, SUBJ, kc_buf_bytes(name));
	err = kc_client_item_find(climb->client, &query, &found);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < found.count; i++)
		KC_TRY(climb_meet(climb, &found.rows[i]));
	return KC_OK;
}

static kc_err comes_from(struct kc_client *client, const struct kc_buf *wanted,
	const struct kc_certificate *certificate, bool *ret)
{
	KC_CLEANUP(climb_done) struct climb climb = {.client = client, .names = KC_BUF_INIT};
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	*ret = false;
	KC_TRY(climb_start(certificate, &climb));
	while (!*ret && climb_next(&climb, &name)) {
		*ret = has_name(wanted, kc_buf_bytes(&name));
		if (!*ret)
			KC_TRY(climb_on(&climb, &name));
	}
	return KC_OK;
}

/* --- trust ----------------------------------------------------------------------------------- */

/* The certificates between others of one issuer and their anchors. */
struct ladder {
	struct kc_buf issuer; /* normalised */
	CFMutableArrayRef certificates;
};

static void ladder_done(struct ladder *ladder)
{
	kc_buf_done(&ladder->issuer);
	if (ladder->certificates)
		CFRelease(ladder->certificates);
}

/* Certificates that are looked at one after the other often have the same issuer. */
static kc_err ladder_raise(
	struct kc_client *client, const struct kc_certificate *certificate, struct ladder *ladder)
{
	KC_CLEANUP(climb_done) struct climb climb = {.client = client, .names = KC_BUF_INIT};
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT, issuer = KC_BUF_INIT;

	KC_TRY(kc_certificate_name_normal(certificate, KC_CERTIFICATE_ISSUER, &issuer));
	if (ladder->certificates &&
		kc_bytes_equal(kc_buf_bytes(&issuer), kc_buf_bytes(&ladder->issuer)))
		return KC_OK;
	ladder_done(ladder);
	ladder->issuer = issuer;
	issuer = (struct kc_buf)KC_BUF_INIT;
	ladder->certificates = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	if (!ladder->certificates)
		return KC_ERR(NO_MEMORY);
	climb.certificates = ladder->certificates;
	KC_TRY(climb_start(certificate, &climb));
	while (climb_next(&climb, &name))
		KC_TRY(climb_on(&climb, &name));
	return KC_OK;
}

static bool needs_chain(const struct kc_filter *filter)
{
	return filter->trusted_only || (filter->policy && filter->strict);
}

static kc_err is_trusted(
	const struct kc_filter *filter, CFArrayRef others, struct kc_bytes der, bool *ret)
{
	CFAbsoluteTime at = filter->has_date ? filter->date : CFAbsoluteTimeGetCurrent();
	kc_err err = kc_trust_suits(der, others, filter->policy, at, needs_chain(filter), ret);

	if (err == KC_E_DECODE)
		*ret = false;
	return err == KC_E_DECODE ? KC_OK : err;
}

/* --- the whole ------------------------------------------------------------------------------- */

static struct kc_bytes der_of(const struct kc_found *found)
{
	if (found->class == KC_CLASS_IDENTITY)
		return kc_attrs_get_bytes(&found->attrs, KC_IDENTITY_CERTIFICATE);
	return kc_secret_bytes(&found->secret);
}

/* What is the same for all that are looked at. */
struct sorter {
	struct kc_client *client;
	const struct kc_filter *filter;
	bool has_issuers;
	struct kc_buf issuers; /* names that are asked for */
	struct ladder ladder;
};

static void sorter_done(struct sorter *sorter)
{
	kc_buf_done(&sorter->issuers);
	ladder_done(&sorter->ladder);
}

static kc_err judge_trust(struct sorter *sorter, const struct kc_certificate *certificate,
	struct kc_bytes der, bool *ret)
{
	if (!sorter->filter->policy && !sorter->filter->trusted_only)
		return KC_OK;
	if (needs_chain(sorter->filter))
		KC_TRY(ladder_raise(sorter->client, certificate, &sorter->ladder));
	return is_trusted(sorter->filter, sorter->ladder.certificates, der, ret);
}

/* What is no certificate has nothing of what is asked for. */
static kc_err judge(struct sorter *sorter, const struct kc_found *found, bool *ret_kept)
{
	const struct kc_filter *filter = sorter->filter;
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;

	*ret_kept = kc_certificate_load(der_of(found), &certificate) == KC_OK &&
		    has_subject(filter, certificate) && has_email(filter, certificate) &&
		    is_valid(filter, certificate);
	if (*ret_kept && sorter->has_issuers)
		KC_TRY(comes_from(sorter->client, &sorter->issuers, certificate, ret_kept));
	return *ret_kept ? judge_trust(sorter, certificate, der_of(found), ret_kept) : KC_OK;
}

static kc_err sort_out(struct kc_client *client, const struct kc_filter *filter, uint32_t limit,
	struct kc_found_list *all, struct kc_found_list *ret)
{
	KC_CLEANUP(sorter_done)
	struct sorter sorter = {.client = client, .filter = filter, .issuers = KC_BUF_INIT};

	if (filter->issuers)
		KC_TRY(read_names(filter->issuers, &sorter.issuers, &sorter.has_issuers));
	for (size_t i = 0; i < all->count && (limit == 0 || ret->count < limit); i++) {
		bool kept = false;
		KC_TRY(judge(&sorter, &all->rows[i], &kept));
		if (kept)
			KC_TRY(kc_found_list_take(ret, &all->rows[i]));
	}
	return KC_OK;
}

kc_err kc_filter_find(struct kc_client *client, const struct kc_filter *filter,
	const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	struct kc_query unlimited = *query; /* borrows the attributes */

	if (!kc_filter_looks_at(filter, query->class))
		return kc_client_item_find(client, query, ret);
	unlimited.limit = 0;
	unlimited.want |= KC_WANT_ATTRS |
			  (query->class == KC_CLASS_IDENTITY ? KC_WANT_HIDDEN : KC_WANT_SECRET);
	KC_TRY(kc_client_item_find(client, &unlimited, &all));
	return sort_out(client, filter, query->limit, &all, ret);
}
