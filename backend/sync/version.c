/* SPDX-License-Identifier: ISC */
/* A total order. */
#include "backend/sync/version.h"

#include <string.h>

int kc_version_compare(const struct kc_version *a, const struct kc_version *b)
{
	int writers = kc_peer_id_compare(&a->writer, &b->writer);

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return writers ? writers : memcmp(a->digest, b->digest, sizeof a->digest);
}
