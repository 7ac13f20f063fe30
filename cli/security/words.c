/* SPDX-License-Identifier: ISC */
/* help and error: commands that need no keychain. */
#include <stdlib.h>
#include <string.h>

#include "base/osstatus.h"
#include "cli/security/command.h"

static void push(struct kc_sec *sec, const char *text)
{
	kc_out_push(&sec->run.out, kc_bytes_str(text));
}

static void list_all(struct kc_sec *sec)
{
	for (size_t i = 0; kc_sec_command_at(i); i++)
		kc_out_print(&sec->run.out, "    %-36s %s\n", kc_sec_command_at(i)->name,
			kc_sec_command_at(i)->help);
}

int32_t kc_sec_help(struct kc_sec *sec, int argc, char **argv)
{
	if (argc < 2)
		list_all(sec);
	for (int i = 1; i < argc; i++) {
		const struct kc_sec_command *command = kc_sec_command_find(argv[i]);
		if (!command) {
			kc_sec_say(sec, "%s: no such command: %s\n", argv[0], argv[i]);
			return 1;
		}
		push(sec, "Usage: ");
		push(sec, command->name);
		push(sec, " ");
		push(sec, command->usage);
		push(sec, "\n");
	}
	return 0;
}

int32_t kc_sec_error(struct kc_sec *sec, int argc, char **argv)
{
	if (argc < 2)
		return KC_SEC_USAGE;
	for (int i = 1; i < argc; i++) {
		char *end;
		int32_t status = (int32_t)strtoll(argv[i], &end, 0);
		const char *text = kc_osstatus_text(status);
		if (end == argv[i] || *end)
			return KC_SEC_USAGE;
		kc_out_print(&sec->run.out, "Error: 0x%08X %d ", (unsigned)status, (int)status);
		if (text)
			push(sec, text);
		else
			kc_out_print(&sec->run.out, "OSStatus %d", (int)status);
		push(sec, "\n");
	}
	return 0;
}
