/* SPDX-License-Identifier: ISC */
/* The table of commands, and finding one in it. */
#include <stdio.h>
#include <string.h>

#include "cli/security/command.h"

#define PASSWORD_ITEM                                       \
	"    -a  Match \"account\" string\n"                \
	"    -c  Match \"creator\" (four-character code)\n" \
	"    -C  Match \"type\" (four-character code)\n"
#define GENERIC_ITEM                                           \
	"    -D  Match \"kind\" string\n"                      \
	"    -G  Match \"value\" string (generic attribute)\n" \
	"    -j  Match \"comment\" string\n"                   \
	"    -l  Match \"label\" string\n"                     \
	"    -s  Match \"service\" string\n"
#define INTERNET_ITEM                                        \
	"    -d  Match \"securityDomain\" string\n"          \
	"    -D  Match \"kind\" string\n"                    \
	"    -j  Match \"comment\" string\n"                 \
	"    -l  Match \"label\" string\n"                   \
	"    -p  Match \"path\" string\n"                    \
	"    -P  Match port number\n"                        \
	"    -r  Match \"protocol\" (four-character code)\n" \
	"    -s  Match \"server\" string\n"                  \
	"    -t  Match \"authenticationType\" (four-character code)\n"
#define SHOW_PASSWORD                                       \
	"    -g  Display the password for the item found\n" \
	"    -w  Display only the password on stdout\n"
#define SEARCHED "If no keychains are specified to search, the default search list is used."
#define ADD_PASSWORD                                                                             \
	"    -w  Specify password to be added; as the last option: ask for it\n"                 \
	"    -X  Specify password data to be added as a hexadecimal string\n"                    \
	"    -A  Accepted: applications are told apart by their access group\n"                  \
	"    -T  Accepted likewise (may be repeated)\n"                                          \
	"    -U  Update item if it already exists (if omitted, the item cannot already exist)\n" \
	"If no keychain is specified, the password is added to the default keychain.\n"          \
	"Use of the -p or -w options is insecure. Specify -w as the last option to be prompted."

/* clang-format off */
static const struct kc_sec_command commands[] = {
	{"help", "[command ...]", "Show all commands, or show usage for a command.", "", kc_sec_help},
	{"list-keychains",
		"[-d user|system|common|dynamic] [-s [keychain...]]\n"
		"    -d  Use the specified preference domain\n"
		"    -s  Set the search list to the specified keychains\n"
		"With no parameters, display the search list.",
		"Display or manipulate the keychain search list.", "", kc_sec_list_keychains},
	{"default-keychain",
		"[-d user|system|common|dynamic] [-s [keychain]]\n"
		"    -d  Use the specified preference domain\n"
		"    -s  Set the default keychain to the specified keychain\n"
		"With no parameters, display the default keychain.",
		"Display or set the default keychain.", "", kc_sec_default_keychain},
	{"login-keychain",
		"[-d user|system|common|dynamic]\n"
		"    -d  Use the specified preference domain\n"
		"Display the login keychain.",
		"Display the login keychain.", "", kc_sec_login_keychain},
	{"create-keychain",
		"[-p password] [keychains...]\n"
		"    -p  Use \"password\" as the password for the keychains being created\n"
		"Use of the -p option is insecure",
		"Create keychains.", "p", kc_sec_create_keychain},
	{"delete-keychain", "[keychains...]",
		"Delete keychains and remove them from the search list.", "", kc_sec_delete_keychain},
	{"lock-keychain",
		"[-a | keychain]\n"
		"    -a  Lock all keychains",
		"Lock the specified keychain.", "", kc_sec_lock_keychain},
	{"unlock-keychain",
		"[-u] [-p password] [keychain]\n"
		"    -p  Use \"password\" as the password to unlock the keychain\n"
		"    -u  Do not use the password\n"
		"Use of the -p option is insecure",
		"Unlock the specified keychain.", "p", kc_sec_unlock_keychain},
	{"set-keychain-settings",
		"[-lu] [-t timeout] [keychain]\n"
		"    -l  Lock keychain when the system sleeps\n"
		"    -u  Lock keychain after timeout interval\n"
		"    -t  Timeout in seconds (omitting this option specifies \"no timeout\")",
		"Set settings for a keychain.", "", kc_sec_set_settings},
	{"set-keychain-password",
		"[-o oldPassword] [-p newPassword] [keychain]\n"
		"    -o  Old keychain password (if not provided, will prompt)\n"
		"    -p  New keychain password (if not provided, will prompt)\n"
		"Use of either the -o or -p options is insecure",
		"Set password for a keychain.", "op", kc_sec_set_password},
	{"show-keychain-info", "[keychain]", "Show the settings for keychain.", "", kc_sec_show_info},
	{"dump-keychain",
		"[-adir] [keychain...]\n"
		"    -a  Accepted: items have no access control list\n"
		"    -d  Dump (decrypted) data of items\n"
		"    -i  Accepted likewise\n"
		"    -r  Accepted: what is encrypted is never shown",
		"Dump the contents of one or more keychains.", "", kc_sec_dump_keychain},
	{"add-generic-password",
		"[-a account] [-s service] [-w password] [options...] [keychain]\n"
		"    -a  Specify account name (required)\n"
		"    -c  Specify item creator (optional four-character code)\n"
		"    -C  Specify item type (optional four-character code)\n"
		"    -D  Specify kind\n"
		"    -G  Specify generic attribute (optional)\n"
		"    -j  Specify comment string (optional)\n"
		"    -l  Specify label (if omitted, service name is used as default label)\n"
		"    -s  Specify service name (required)\n"
		"    -p  Specify password to be added (legacy option, equivalent to -w)\n"
		ADD_PASSWORD, "Add a generic password item.", "pwX", kc_sec_add_generic},
	{"add-internet-password",
		"[-a account] [-s server] [-w password] [options...] [keychain]\n"
		"    -a  Specify account name (required)\n"
		"    -c  Specify item creator (optional four-character code)\n"
		"    -C  Specify item type (optional four-character code)\n"
		"    -d  Specify security domain string (optional)\n"
		"    -D  Specify kind\n"
		"    -j  Specify comment string (optional)\n"
		"    -l  Specify label (if omitted, server name is used as default label)\n"
		"    -p  Specify path string (optional)\n"
		"    -P  Specify port number (optional)\n"
		"    -r  Specify protocol (optional four-character code, e.g. \"http\", \"ftp \")\n"
		"    -s  Specify server name (required)\n"
		"    -t  Specify authentication type (as a four-character code, default is \"dflt\")\n"
		ADD_PASSWORD, "Add an internet password item.", "wX", kc_sec_add_internet},
	{"delete-generic-password",
		"[-a account] [-s service] [options...] [keychain...]\n"
		PASSWORD_ITEM GENERIC_ITEM SEARCHED,
		"Delete a generic password item.", "", kc_sec_delete_generic},
	{"set-generic-password-partition-list",
		"[-a account] [-s service] [-S partition-list] [-k password] [options...] [keychain]\n"
		"    -S  Accepted: applications are told apart by their access group\n"
		"    -k  Password of the keychain",
		"Set the partition list of a generic password item.", "k", kc_sec_partition_list},
	{"delete-internet-password",
		"[-a account] [-s server] [options...] [keychain...]\n"
		PASSWORD_ITEM INTERNET_ITEM SEARCHED,
		"Delete an internet password item.", "", kc_sec_delete_internet},
	{"set-internet-password-partition-list",
		"[-a account] [-s server] [-S partition-list] [-k password] [options...] [keychain]\n"
		"    -S  Accepted: applications are told apart by their access group\n"
		"    -k  Password of the keychain",
		"Set the partition list of an internet password item.", "k", kc_sec_partition_list},
	{"find-key",
		"[options...] [keychain...]\n"
		"    -a  Match \"application label\" string (hexadecimal)\n"
		"    -D  Accepted\n"
		"    -l  Match \"label\" string\n"
		"    -s  Match keys that can sign\n"
		"    -t  Type of key to find: one of \"symmetric\", \"public\", or \"private\"\n"
		SEARCHED, "Find keys in the keychain.", "", kc_sec_find_key},
	{"set-key-partition-list",
		"[options...] [-S partition-list] [-k password] [keychain]\n"
		"    -S  Accepted: applications are told apart by their access group\n"
		"    -k  Password of the keychain",
		"Set the partition list of a key.", "k", kc_sec_partition_list},
	{"find-generic-password",
		"[-a account] [-s service] [options...] [-g] [keychain...]\n"
		PASSWORD_ITEM GENERIC_ITEM SHOW_PASSWORD SEARCHED,
		"Find a generic password item.", "", kc_sec_find_generic},
	{"find-internet-password",
		"[-a account] [-s server] [options...] [-g] [keychain...]\n"
		PASSWORD_ITEM INTERNET_ITEM SHOW_PASSWORD SEARCHED,
		"Find an internet password item.", "", kc_sec_find_internet},
	{"find-certificate",
		"[-a] [-c name] [-e emailAddress] [-m] [-p] [-Z] [keychain...]\n"
		"    -a  Find all matching certificates, not just the first one\n"
		"    -c  Match on \"name\" when searching (optional)\n"
		"    -e  Match on \"emailAddress\" when searching (optional)\n"
		"    -m  Show the email addresses in the certificate\n"
		"    -p  Output certificate in pem format\n"
		"    -Z  Print SHA-256 (and SHA-1) hash of the certificate\n"
		SEARCHED, "Find a certificate item.", "", kc_sec_find_certificate},
	{"find-identity",
		"[-p policy] [-s string] [-v] [keychain...]\n"
		"    -p  Specify policy to evaluate; its name is shown\n"
		"        Supported policies: basic, ssl-client, ssl-server, smime, eap, ipsec,\n"
		"        codesigning, sys-default, macappstore, appleID\n"
		"    -s  Accepted: the certificate's name is not checked against it\n"
		"    -v  Show valid identities only (default is to show all identities)\n"
		SEARCHED, "Find an identity (certificate + private key).", "", kc_sec_find_identity},
	{"delete-certificate",
		"[-c name] [-Z hash] [-t] [keychain...]\n"
		"    -c  Specify certificate to delete by its common name\n"
		"    -Z  Specify certificate to delete by its SHA-1 hash\n"
		"    -t  Accepted: certificates have no trust settings\n"
		"The certificate to be deleted must be uniquely specified either by a\n"
		"string found in its common name, or by its SHA-1 hash.",
		"Delete a certificate from a keychain.", "", kc_sec_delete_certificate},
	{"import",
		"inputfile [-k keychain] [-t type] [-f format] [-w] [-P passphrase] [options...]\n"
		"    -k  Target keychain to import into\n"
		"    -t  Accepted: the type is seen\n"
		"    -f  Accepted: so is the format (PEM, DER, PKCS#12, OpenSSH)\n"
		"    -w  Accepted: so it is whether keys are wrapped\n"
		"    -x  Private keys cannot be extracted after being imported\n"
		"    -P  Specify the unwrapping passphrase immediately (default is to ask for it)\n"
		"    -a  Accepted\n"
		"    -A  Accepted: applications are told apart by their access group\n"
		"    -T  Accepted likewise (may be repeated)\n"
		"Use of the -P option is insecure",
		"Import items into a keychain.", "P", kc_sec_import},
	{"export",
		"[-k keychain] [-t type] [-f format] [-w] [-p] [-P passphrase] [-o outfile]\n"
		"    -k  Keychain to export items from (default: the search list)\n"
		"    -t  Type = certs|allKeys|pubKeys|privKeys|identities|all (Default: all)\n"
		"        all: certificates and private keys\n"
		"    -f  Format = openssl|openssh2|bsafe|pkcs7|pkcs8|pkcs12|pemseq|x509\n"
		"        (Default: pemseq)\n"
		"    -w  Private keys are wrapped\n"
		"    -p  PEM encode the output (pemseq, and more than one, are PEM anyway)\n"
		"    -P  Specify the wrapping passphrase immediately (default is to ask for it)\n"
		"    -o  Specify the output file (default: standard output)\n"
		"Use of the -P option is insecure",
		"Export items from a keychain.", "P", kc_sec_export},
	{"error",
		"<error code(s)...>\n"
		"Display an error string for the given security-related error code.\n"
		"The error can be in decimal or hex, e.g. 1234 or 0x1234. Multiple\n"
		"errors can be separated by spaces.",
		"Display a descriptive message for the given error code(s).", "", kc_sec_error},
};
/* clang-format on */

const struct kc_sec_command *kc_sec_command_at(size_t index)
{
	return index < KC_COUNT_OF(commands) ? &commands[index] : NULL;
}

const struct kc_sec_command *kc_sec_command_find(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(commands); i++)
		if (strncmp(commands[i].name, name, strlen(name)) == 0)
			return &commands[i];
	return NULL;
}

/* Where a secret begins in a word of options: behind its letter. NULL: nothing of it is secret.
 * *ret_next: the next word is one. */
static const char *secret_in(const struct kc_sec_command *command, const char *word, bool *ret_next)
{
	if (word[0] != '-')
		return NULL;
	for (const char *letter = word + 1; *letter; letter++) {
		if (!strchr(command->secrets, *letter))
			continue;
		*ret_next = !letter[1];
		return letter[1] ? letter + 1 : NULL;
	}
	return NULL;
}

/* For -v: what is being done, without the passwords that were given to it. */
static void echo(struct kc_sec *sec, const struct kc_sec_command *command, int argc, char **argv)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	bool is_secret = false;

	kc_buf_push_str(&text, command->name);
	for (int i = 1; i < argc; i++) {
		bool next = false;
		const char *secret = is_secret ? argv[i] : secret_in(command, argv[i], &next);
		size_t shown = secret ? (size_t)(secret - argv[i]) : strlen(argv[i]);
		kc_buf_push_str(&text, " \"");
		kc_buf_push(&text, argv[i], shown);
		kc_buf_push_str(&text, secret ? "***\"" : "\"");
		is_secret = next;
	}
	kc_buf_push_byte(&text, '\n');
	kc_sec_say_bytes(sec, kc_buf_bytes(&text));
}

int32_t kc_sec_command_run(struct kc_sec *sec, int argc, char **argv)
{
	const struct kc_sec_command *command = kc_sec_command_find(argv[0]);
	KC_CLEANUP_BUF struct kc_buf usage = KC_BUF_INIT;
	int32_t status;

	if (!command) {
		kc_sec_say(sec, "unknown command \"%s\"\n", argv[0]);
		return KC_SEC_UNKNOWN;
	}
	if (sec->verbose)
		echo(sec, command, argc, argv);
	status = command->run(sec, argc, argv);
	if (status != KC_SEC_USAGE)
		return status;
	kc_buf_printf(
		&usage, "Usage: %s %s\n        %s\n", command->name, command->usage, command->help);
	kc_sec_say_bytes(sec, kc_buf_bytes(&usage));
	return status;
}
