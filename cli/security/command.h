/* SPDX-License-Identifier: ISC */
/* The commands of `security`: one row each, and the function behind it. */
#ifndef KC_CLI_SECURITY_COMMAND_H
#define KC_CLI_SECURITY_COMMAND_H

#include "cli/security/sec.h"

struct kc_sec_command {
	const char *name, *usage, *help;
	const char *secrets; /* letters whose values are never shown again */
	int32_t (*run)(struct kc_sec *sec, int argc, char **argv);
};

/* The row at index; NULL after the last. */
const struct kc_sec_command *kc_sec_command_at(size_t index);
/* The first row whose name begins so; NULL when there is none. */
const struct kc_sec_command *kc_sec_command_find(const char *name);
/* Runs one; argv[0] is its name. */
int32_t kc_sec_command_run(struct kc_sec *sec, int argc, char **argv);

/* clang-format off */
int32_t kc_sec_add_generic(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_add_internet(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_create_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_default_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_delete_certificate(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_delete_generic(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_delete_internet(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_delete_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_dump_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_error(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_export(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_find_certificate(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_find_generic(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_find_identity(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_find_internet(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_find_key(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_help(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_import(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_list_keychains(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_lock_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_login_keychain(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_partition_list(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_set_password(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_set_settings(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_show_info(struct kc_sec *sec, int argc, char **argv);
int32_t kc_sec_unlock_keychain(struct kc_sec *sec, int argc, char **argv);
/* clang-format on */

#endif
