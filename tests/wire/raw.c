/* SPDX-License-Identifier: ISC */
/* Connections by hand. */
#include "tests/wire/raw.h"

#include "base/place.h"

#define SECONDS 20

kc_err raw_open_at(const char *path, struct raw *ret)
{
	KC_CLEANUP_FD int fd = -1;

	KC_TRY(kc_socket_connect(path, &fd));
	KC_TRY(kc_channel_accept(fd, kc_socket_deadline(SECONDS), &ret->channel));
	fd = -1;
	return KC_OK;
}

kc_err raw_open(struct raw *ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;

	KC_TRY(kc_place_find(&place));
	return raw_open_at(place.socket, ret);
}

void raw_close(struct raw *raw)
{
	kc_channel_done(&raw->channel);
}

kc_err raw_send(struct raw *raw, struct kc_bytes message)
{
	return kc_channel_send(&raw->channel, message, kc_socket_deadline(SECONDS));
}

kc_err raw_receive(struct raw *raw, enum kc_call call)
{
	KC_CLEANUP_BUF struct kc_buf reply = KC_BUF_INIT;
	KC_CLEANUP_RECORD struct kc_record result;
	kc_deadline deadline = kc_socket_deadline(SECONDS);
	size_t len;

	kc_record_init(&result);
	KC_TRY(kc_channel_wait(&raw->channel, deadline, &len));
	KC_TRY(kc_channel_read(&raw->channel, len, deadline, &reply));
	return kc_message_parse_reply(kc_buf_bytes(&reply), kc_calls_find(call), &result);
}

kc_err raw_call(struct raw *raw, enum kc_call call)
{
	KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;

	KC_TRY(kc_message_build_request(kc_calls_find(call), NULL, 0, &request));
	KC_TRY(raw_send(raw, kc_buf_bytes(&request)));
	return raw_receive(raw, call);
}
