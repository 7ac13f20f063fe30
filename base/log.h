/* SPDX-License-Identifier: ISC */
/*
 * Words about what the program does, for its developers and its administrator. Never data: no name,
 * value or key of an item may be passed here at any level.
 */
#ifndef KC_BASE_LOG_H
#define KC_BASE_LOG_H

enum kc_log_level { KC_LOG_QUIET, KC_LOG_ERROR, KC_LOG_INFO, KC_LOG_DEBUG };

/* Chooses the lowest level that is written, and the word before each line. The default is
 * KC_LOG_QUIET: a library never writes unasked. */
void kc_log_setup(enum kc_log_level level, const char *program);

void kc_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kc_log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kc_log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
