/* SPDX-License-Identifier: ISC */
/*
 * What is asked of the items, and what comes back: the vocabulary of the door (backend/keychain.h)
 * and of the socket (wire/), the same for both front ends.
 */
#ifndef KC_BASE_QUERY_H
#define KC_BASE_QUERY_H

#include "base/attrs.h"
#include "base/buf.h"
#include "base/secret.h"

/* Item classes, by their Security.framework names. */
#define KC_CLASS_GENERIC KC_NAME('g', 'e', 'n', 'p')
#define KC_CLASS_INTERNET KC_NAME('i', 'n', 'e', 't')
#define KC_CLASS_CERTIFICATE KC_NAME('c', 'e', 'r', 't')
#define KC_CLASS_KEY KC_NAME('k', 'e', 'y', 's')
/* A private key with a certificate of its public half: to be found, but not stored as such. */
#define KC_CLASS_IDENTITY KC_NAME('i', 'd', 'n', 't')
/* What found identities have besides the attributes of the two, with KC_WANT_HIDDEN: the
 * certificate in DER, its token id if it has one, and the key's reference. */
#define KC_IDENTITY_CERTIFICATE KC_NAME('c', 'd', 't', 'a')
#define KC_IDENTITY_TOKEN KC_NAME('c', 't', 'k', 'i')
#define KC_IDENTITY_KEY_REF KC_NAME('k', 'r', 'e', 'f')

/* The ids of keys that are no items but a connected program's own have this bit. */
#define KC_TRANSIENT_BIT ((uint64_t)1 << 63)
/* Where the halves of a new key pair (or a new secret key, which counts as private) go. */
enum {
	KC_KEEP_PRIVATE_TRANSIENT = 1,
	KC_KEEP_PUBLIC_TRANSIENT = 2,
	KC_KEEP_NO_PUBLIC = 4,
	KC_KEEP_LAST = 7, /* all of them */
};

/* An operation in parts answers so many bytes at once; such an answer may not be the last. */
#define KC_OPERATION_ANSWER ((size_t)1 << 20)

#define KC_PERSISTENT_REF_LEN 16 /* without the class, which the front end writes before it */
#define KC_QUERY_MAX_REFS 1000
#define KC_QUERY_MAX_GROUPS 4096 /* bytes of their names, with the ends */

enum kc_sync_filter { KC_SYNC_LOCAL, KC_SYNC_SYNCED, KC_SYNC_ANY };
enum kc_tomb_filter { KC_TOMB_LIVE, KC_TOMB_DEAD, KC_TOMB_ANY };
/* Whether a deletion leaves a tombstone: as the sync mark says, always, never (kSecUseTombstones).
 */
enum kc_tomb_use { KC_TOMB_USE_DEFAULT, KC_TOMB_USE_ALWAYS, KC_TOMB_USE_NEVER };

/* What became of an earlier value. */
enum kc_earlier {
	KC_EARLIER_REPLACED = 1,
	KC_EARLIER_DELETED,
	KC_EARLIER_LOST,     /* against another change, made at the same time */
	KC_EARLIER_GAVE_WAY, /* to another item of its primary key */
	KC_EARLIER_LAST = KC_EARLIER_GAVE_WAY,
};
/* What the history tells of an earlier value, besides its attributes: what became of it (a number
 * above), when (a date), the devices that wrote it and that ended it. Of those, absent: not known;
 * empty: this one; else the id. The names are those of devices of circles that this one was in
 * before: nobody else knows them; "": this one, as it was then. Each ends with a NUL. */
#define KC_EARLIER_HOW KC_NAME('e', 'h', 'o', 'w')
#define KC_EARLIER_DATE KC_NAME('e', 'd', 'a', 'y')
#define KC_EARLIER_BY KC_NAME('e', 'n', 'b', 'y')
#define KC_EARLIER_BY_NAME KC_NAME('e', 'n', 'n', 'm')
#define KC_FOUND_WRITER KC_NAME('w', 'r', 't', 'r')
#define KC_FOUND_WRITER_NAME KC_NAME('w', 'r', 'n', 'm')

/* Parts of an item that a caller wants. */
enum {
	KC_WANT_ATTRS = 1,  /* attributes of the ruler that may be returned */
	KC_WANT_SECRET = 2, /* the secret, and secret attributes */
	KC_WANT_HIDDEN = 4, /* attributes that only Keycircle's own front ends use (ckid, spki …) */
	KC_WANT_WRITER = 8, /* KC_FOUND_WRITER of an item that travels */
};

/*
 * The last item of a page. A list has local items before synced ones, then the order of the
 * classes, then of the ids, so that what is added or deleted meanwhile neither hides nor doubles
 * another. Identities are in the order of their keys, then of the ids of the certificates.
 */
struct kc_page_end {
	uint64_t id; /* 0: no page yet */
	kc_name class;
	bool synced;
	uint64_t certificate; /* of an identity */
};

struct kc_query {
	kc_name class;	       /* 0: any class; attributes that a class lacks exclude it */
	struct kc_attrs attrs; /* each must be equal, after the ruler's conversion */
	bool has_ref;
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	struct kc_buf refs;   /* references one after another, up to KC_QUERY_MAX_REFS: the item's
			       * must be among them; empty: any */
	struct kc_buf groups; /* names of access groups, each ended by a NUL: the item's must be
			       * among them; empty: any that the caller may use */
	enum kc_sync_filter sync; /* a local item comes before a synced one */
	enum kc_tomb_filter tomb;
	enum kc_tomb_use tomb_use; /* for delete, and for moves by update */
	uint32_t limit;		   /* 0: no limit */
	struct kc_page_end after;  /* of the page before; not for update and delete */
	uint32_t want;		   /* KC_WANT_… */
	bool skip_locked;	/* leave out what the lock hides, instead of failing with LOCKED */
	bool host_or_subdomain; /* srvr matches the host itself or any sub-domain of it */
};

#define KC_QUERY_INIT                                                              \
	{                                                                          \
		.attrs = KC_ATTRS_INIT, .refs = KC_BUF_INIT, .groups = KC_BUF_INIT \
	}
#define KC_CLEANUP_QUERY KC_CLEANUP(kc_query_done)
void kc_query_done(struct kc_query *query);
/* Adds a reference to refs. */
void kc_query_add_ref(struct kc_query *query, const uint8_t ref[static KC_PERSISTENT_REF_LEN]);
/* Adds a name to groups. */
void kc_query_add_group(struct kc_query *query, struct kc_bytes name);
/* The next name of groups behind *at, which is 0 at first; false behind the last. */
bool kc_query_next_group(const struct kc_query *query, size_t *at, struct kc_bytes *ret);
void kc_query_put(struct kc_der_writer *w, const struct kc_query *query);
void kc_query_pull(struct kc_der_reader *r, struct kc_query *ret);

/* An item that was found or added; or an identity, which has the key's id, version, mark and
 * secret, and the certificate's reference. */
struct kc_found {
	kc_name class;
	uint64_t id;	      /* this device's row number; never used again for another item */
	uint64_t version;     /* grows with every change of this item on this device */
	bool synced;	      /* it carries the sync mark */
	uint64_t certificate; /* of an identity: the certificate's row number */
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	struct kc_attrs attrs;
	bool has_secret;	 /* the item has one and it was wanted */
	struct kc_secret secret; /* may be empty all the same: zero bytes is a secret too */
	const void *origin;	 /* a front end's note of where it was found; does not travel */
};

struct kc_found_list {
	struct kc_found *rows;
	size_t count, allocated;
	bool more; /* the page or the query's limit was full: more come after its last row */
};

#define KC_FOUND_LIST_INIT \
	{                  \
		0          \
	}
#define KC_CLEANUP_FOUND_LIST KC_CLEANUP(kc_found_list_done)
#define KC_CLEANUP_FOUND KC_CLEANUP(kc_found_done)
void kc_found_done(struct kc_found *found);
void kc_found_list_done(struct kc_found_list *list);
/* Appends and takes what *found holds, which is empty afterwards. Errors: NO_MEMORY. */
KC_MUST kc_err kc_found_list_take(struct kc_found_list *list, struct kc_found *found);
void kc_found_list_put(struct kc_der_writer *w, const struct kc_found_list *list);
void kc_found_list_pull(struct kc_der_reader *r, struct kc_found_list *ret);

#endif
