/* SPDX-License-Identifier: ISC */
/* Writes what fuzz_circle, fuzz_exchange and fuzz_pairing begin with into folders: made by code,
 * since the records' forms change.
 *
 *   circle_seeds FOLDER-FOR-CIRCLE FOLDER-FOR-EXCHANGE FOLDER-FOR-PAIRING
 */
#include <stdio.h>

#include "tests/circle/specimens.h"
#include "tests/file.h"
#include "tests/fuzz/exchange.h"
#include "tests/fuzz/letting_in.h"

static bool write_seed(const char *folder, const char *name, struct kc_buf *seed)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;

	kc_buf_printf(&path, "%s/%s", folder, name);
	return file_write(kc_buf_text(&path), kc_buf_bytes(seed));
}

static bool write_specimens(const char *folder)
{
	bool good = true;

	specimens_begin();
	for (size_t i = 0; i < specimen_count; i++) {
		KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;

		kc_buf_push_byte(&seed, (uint8_t)i);
		specimens[i].build(&seed);
		good = good && write_seed(folder, specimens[i].name, &seed);
	}
	specimens_end();
	return good;
}

static bool write_exchanges(const char *folder)
{
	bool good = true;

	exchange_begin();
	for (unsigned as = 0; as < EXCHANGE_INPUTS; as++)
		for (size_t i = 0;; i++) {
			KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;
			char name[32];

			kc_buf_push_byte(&seed, (uint8_t)as);
			if (!exchange_seed((enum exchange_input)as, i, &seed))
				break;
			snprintf(name, sizeof name, "%u-%zu", as, i);
			good = good && write_seed(folder, name, &seed);
		}
	exchange_end();
	return good;
}

static bool write_pairings(const char *folder)
{
	bool good = true;

	letting_in_begin();
	for (uint8_t as = 0; as < LETTING_IN_INPUTS; as++) {
		KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;
		char name[8];

		kc_buf_push_byte(&seed, as);
		letting_in_seed(as, &seed);
		snprintf(name, sizeof name, "%u", as);
		good = good && write_seed(folder, name, &seed);
	}
	letting_in_end();
	return good;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	return write_specimens(argv[1]) && write_exchanges(argv[2]) && write_pairings(argv[3]) ? 0
											       : 1;
}
