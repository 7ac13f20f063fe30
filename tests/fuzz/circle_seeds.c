/* SPDX-License-Identifier: ISC */
/* Writes what fuzz_circle and fuzz_exchange begin with into two folders: made by code, since the
 * records' forms change.
 *
 *   circle_seeds FOLDER-FOR-CIRCLE FOLDER-FOR-EXCHANGE
 */
#include <stdio.h>

#include "tests/circle/specimens.h"
#include "tests/circle/world.h"
#include "tests/file.h"
#include "tests/fuzz/exchange.h"

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
	world_end();
	return good;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	return write_specimens(argv[1]) && write_exchanges(argv[2]) ? 0 : 1;
}
