/* SPDX-License-Identifier: ISC */
/*
 * kc-evilstore: attacks on a store of unmodified programs (doc/kc-evilstore.1).
 *
 * "attack" alters what is in a store; "carry" brings what devices write from store to store, and
 * leaves out or spoils what the rules say. No secret is needed for any of it. "verify" checks what
 * devices have kept of such a store.
 */
#include "tests/evilstore/kc_evilstore.h"

#include <getopt.h>
#include <string.h>

static uint64_t seed = 1;

void evilstore_seed(uint64_t number)
{
	seed = number * 2 + 1;
}

uint64_t evilstore_chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

void evilstore_said(const char *what, const char *name)
{
	printf("%s %s\n", what, name);
}

bool evilstore_flip(struct kc_buf *value)
{
	if (value->len)
		value->data[evilstore_chance() % value->len] ^=
			(uint8_t)(1u << evilstore_chance() % 8);
	return value->len > 0;
}

bool evilstore_cut(struct kc_buf *value, size_t len)
{
	bool longer = len < value->len;

	value->len = longer ? len : value->len;
	return longer;
}

int evilstore_usage(FILE *to)
{
	fputs("usage: kc-evilstore [--seed N] attack URL RULE...\n"
	      "       kc-evilstore [--seed N] carry --true URL --view NAME=URL... [--rules FILE]\n"
	      "                    [--memory FILE] [--once | --every SECONDS]\n"
	      "       kc-evilstore verify FILE\n"
	      "rules of attack:\n",
		to);
	evilstore_tell_attacks(to);
	fputs("rules of carry, one a line: group VIEW N; hide VIEW NAMES; flip VIEW NAMES;\n"
	      "  truncate VIEW NAMES LENGTH; late VIEW NAMES ROUNDS\n",
		to);
	return to == stdout ? EXIT_DONE : EXIT_USAGE;
}

int evilstore_fail(const char *what, kc_err err)
{
	fprintf(stderr, "kc-evilstore: %s: %s\n", what, kc_err_name(err));
	return err == KC_E_PARAM ? EXIT_USAGE : EXIT_BROKEN;
}

int evilstore_open(const char *url, struct stash **ret)
{
	if (stash_open(url, ret) == KC_OK)
		return EXIT_DONE;
	fprintf(stderr, "kc-evilstore: %s: no store\n", url);
	return EXIT_NO_STORE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'},
		{"seed", required_argument, NULL, 's'}, {"true", required_argument, NULL, 't'},
		{"view", required_argument, NULL, 'v'}, {"rules", required_argument, NULL, 'r'},
		{"memory", required_argument, NULL, 'm'}, {"once", no_argument, NULL, 'o'},
		{"every", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
	struct evilstore_wishes wishes = {.every = 0};
	char **words;
	size_t count;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h')
			return evilstore_usage(stdout);
		else if (option == 's')
			evilstore_seed(strtoull(optarg, NULL, 10));
		else if (option == 't')
			wishes.truth = optarg;
		else if (option == 'r')
			wishes.rules = optarg;
		else if (option == 'm')
			wishes.memory = optarg;
		else if (option == 'v' && wishes.view_count < EVILSTORE_MAX_VIEWS)
			wishes.views[wishes.view_count++] = optarg;
		else if (option == 'e')
			wishes.every = (unsigned)strtoul(optarg, NULL, 10);
		else if (option != 'o')
			return evilstore_usage(stderr);
	}
	words = argv + optind;
	count = (size_t)(argc - optind);
	if (count > 1 && strcmp(words[0], "attack") == 0)
		return evilstore_attack(words + 1, count - 1);
	if (count == 2 && strcmp(words[0], "verify") == 0)
		return evilstore_verify(words[1]);
	if (count == 1 && strcmp(words[0], "carry") == 0)
		return evilstore_carry(&wishes);
	return evilstore_usage(stderr);
}
