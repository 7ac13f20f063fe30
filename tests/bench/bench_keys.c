/* SPDX-License-Identifier: ISC */
/*
 * Measures calls with transient keys, client to service and back, next to the cheapest call there
 * is and to the cryptography alone.
 *
 *   KEYCIRCLED=tests/service/keycircled-fast bench_keys [calls]      prints medians in microseconds
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/secret_key.h"
#include "tests/wire/device.h"

#define LARGE 16384u

static const struct kc_sign_params hmac = {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256};
static const struct kc_cipher_params gcm = {
	.scheme = KC_CIPHER_GCM, .iv = {(const uint8_t *)"twelve bytes", 12}, .tag_len = 16};

struct bench {
	struct kc_client *client;
	uint64_t aes_id, mac_id;
	struct kc_sk *aes, *mac;
	struct kc_buf message, sealed, out;
	struct kc_secret plain;
};

static void must(kc_err err, const char *what)
{
	if (err != KC_OK) {
		fprintf(stderr, "%s: %s\n", what, kc_err_name(err));
		exit(1);
	}
}

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct kc_bytes small(const struct bench *bench)
{
	return kc_bytes(bench->message.data, 64);
}

static kc_err nothing(struct bench *bench)
{
	return kc_client_operation_drop(bench->client, 1);
}

static kc_err code(struct bench *bench)
{
	return kc_client_key_sign(bench->client, bench->mac_id, &hmac, small(bench), &bench->out);
}

static kc_err code_alone(struct bench *bench)
{
	return kc_sk_mac(bench->mac, &hmac, small(bench), &bench->out);
}

static kc_err seal(struct bench *bench)
{
	return kc_client_secret_encrypt(
		bench->client, bench->aes_id, &gcm, kc_buf_bytes(&bench->message), &bench->out);
}

static kc_err seal_alone(struct bench *bench)
{
	return kc_sk_encrypt(bench->aes, &gcm, kc_buf_bytes(&bench->message), &bench->out);
}

static kc_err open(struct bench *bench)
{
	return kc_client_key_decrypt(
		bench->client, bench->aes_id, &gcm, kc_buf_bytes(&bench->sealed), &bench->plain);
}

static kc_err open_alone(struct bench *bench)
{
	return kc_sk_decrypt_buf(bench->aes, &gcm, kc_buf_bytes(&bench->sealed), &bench->out);
}

static const struct row {
	const char *what;
	kc_err (*call)(struct bench *bench);
} rows[] = {
	{"a call that does nothing", nothing},
	{"HMAC-SHA-256 of 64 B", code},
	{"  the cryptography alone", code_alone},
	{"AES-256-GCM of 16 KiB, encryption", seal},
	{"  the cryptography alone", seal_alone},
	{"AES-256-GCM of 16 KiB, decryption", open},
	{"  the cryptography alone", open_alone},
};

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void measure(struct bench *bench, const struct row *row, size_t calls)
{
	double *times = calloc(calls, sizeof *times);

	if (!times)
		exit(1);
	for (size_t i = 0; i < calls; i++) {
		kc_buf_reset(&bench->out);
		times[i] = now_us();
		must(row->call(bench), row->what);
		times[i] = now_us() - times[i];
	}
	qsort(times, calls, sizeof *times, by_size);
	printf("%-36s %7.2f %7.2f\n", row->what, times[calls / 2], times[calls / 10]);
	free(times);
}

static void make(
	struct bench *bench, enum kc_secret_type type, uint64_t *ret_id, struct kc_sk **ret)
{
	uint8_t key[32] = {1, 2, 3};
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found made = {0};

	kc_attrs_set_number(&attrs, KC_NAME('k', 'c', 'l', 's'), KC_KEY_SYMMETRIC);
	kc_attrs_set_number(&attrs, KC_NAME('t', 'y', 'p', 'e'), type);
	must(kc_client_key_create(bench->client, KC_BYTES_OF(key), &attrs, true, &made), "create");
	*ret_id = made.id;
	must(kc_sk_load(type, KC_BYTES_OF(key), ret), "load");
}

static void prepare(struct bench *bench)
{
	must(kc_client_new(&bench->client), "client");
	must(kc_client_setup(bench->client, kc_bytes_str("bench"), "bench"), "setup");
	make(bench, KC_SECRET_AES, &bench->aes_id, &bench->aes);
	make(bench, KC_SECRET_GENERIC, &bench->mac_id, &bench->mac);
	kc_buf_extend(&bench->message, LARGE);
	must(kc_sk_encrypt(bench->aes, &gcm, kc_buf_bytes(&bench->message), &bench->sealed),
		"seal");
}

int main(int argc, char **argv)
{
	const char *service = getenv("KEYCIRCLED");
	size_t calls = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct bench bench = {.aes_id = 0};

	device_make(service ? service : "tests/service/keycircled-fast");
	prepare(&bench);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		measure(&bench, &rows[i], calls ? calls : 1);
	kc_client_free(bench.client);
	kc_sk_free(bench.aes);
	kc_sk_free(bench.mac);
	kc_buf_done(&bench.message);
	kc_buf_done(&bench.sealed);
	kc_buf_done(&bench.out);
	kc_secret_done(&bench.plain);
	device_remove();
	return 0;
}
