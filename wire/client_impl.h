/* SPDX-License-Identifier: ISC */
/* One call of a client, for the files that have the functions of client.h. */
#ifndef KC_WIRE_CLIENT_IMPL_H
#define KC_WIRE_CLIENT_IMPL_H

#include "wire/bulletin.h"
#include "wire/client.h"
#include "wire/message.h"

/* One call, and what its result points into. */
struct kc_client_call {
	struct kc_buf request, reply;
	struct kc_record result;
	struct kc_bulletin_issue issue; /* of before the call */
};
#define KC_CLIENT_CALL_INIT                                 \
	{                                                   \
		.request = KC_BUF_INIT_MAX(KC_MESSAGE_MAX), \
		.reply = KC_BUF_INIT_MAX(KC_MESSAGE_MAX)    \
	}
#define KC_CLEANUP_CLIENT_CALL KC_CLEANUP(kc_client_call_done)
void kc_client_call_done(struct kc_client_call *call);

/* Makes the exchange. */
KC_MUST kc_err kc_client_run(struct kc_client_call *call, struct kc_client *client,
	enum kc_call number, const struct kc_field *fields, size_t count);
/* A call with the fields that follow its name. */
#define KC_CLIENT_RUN(call, client, name, ...)                                              \
	kc_client_run(call, client, KC_CALL_##name, (const struct kc_field[]){__VA_ARGS__}, \
		sizeof((const struct kc_field[]){__VA_ARGS__}) / sizeof(struct kc_field))
/* A call without fields. */
#define KC_CLIENT_RUN_PLAIN(call, client, name) kc_client_run(call, client, KC_CALL_##name, NULL, 0)

void kc_client_found_list_move(struct kc_found_list *to, struct kc_found_list *from);

#endif
