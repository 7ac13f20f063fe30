/* SPDX-License-Identifier: ISC */
/* The entry of every fuzz target: libFuzzer's, and that of the replay of a corpus. */
#ifndef KC_TESTS_FUZZ_H
#define KC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
