/* SPDX-License-Identifier: ISC */
/* What a newcomer is called: devices that are in are told apart by their names. Sponsor and
 * newcomer come to the same name, since both know the same members (doc/protocol.md 10). */
#include "backend/circle/circle.h"

#include <stdio.h>
#include <string.h>

static bool is_taken(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *newcomer, const char *name)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (!kc_peer_id_equal(&m->id, newcomer) && !kc_circle_is_over(m) &&
			!kc_peer_set_has(kc_trust_outsiders(trust), i) &&
			strcmp(kc_circle_name_of(circle, m), name) == 0)
			return true;
	}
	return false;
}

/* As much of a name as there is room for before the number, in whole characters. */
static void put_numbered(const char *name, unsigned number, char ret[static KC_DEVICE_NAME_MAX + 1])
{
	char end[16];
	size_t len = strlen(name);
	size_t room = KC_DEVICE_NAME_MAX - (size_t)snprintf(end, sizeof end, " %u", number);

	if (len > room)
		for (len = room; len > 0 && ((uint8_t)name[len] & 0xc0) == 0x80;)
			len--;
	snprintf(ret, KC_DEVICE_NAME_MAX + 1, "%.*s%s", (int)len, name, end);
}

kc_err kc_circle_name_apart(const struct kc_circle *circle, const struct kc_peer_id *newcomer,
	const char *wish, char ret[static KC_DEVICE_NAME_MAX + 1])
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	snprintf(ret, KC_DEVICE_NAME_MAX + 1, "%s", wish);
	for (unsigned number = 2; is_taken(circle, &trust, newcomer, ret); number++)
		put_numbered(wish, number, ret);
	return KC_OK;
}
