/* SPDX-License-Identifier: ISC */
/* The table of verbs; help, manual page and completions are held to it. */
#include "cli/verb.h"

#define SECRET_SOURCES \
	(KC_OPT(STDIN) | KC_OPT(STDIN_RAW) | KC_OPT(FILE) | KC_OPT(FD) | KC_OPT(GENERATE))
#define WHICH_ITEM (KC_OPT(USER) | KC_OPT(KIND))
#define WHICH_TWIN (WHICH_ITEM | KC_OPT(LOCAL) | KC_OPT(SYNC))
#define OFFICERS_PIN (KC_OPT(SO_PIN_FILE) | KC_OPT(SO_PIN_FD))
#define PASSPHRASE (KC_OPT(PASSPHRASE_FILE) | KC_OPT(PASSPHRASE_FD))

/* clang-format off */
static const struct kc_verb verbs[] = {
	/* --- this device --- */
	{
		"setup", "[--name DEVICE]",
		"make the keychain of this device",
		"kc setup\n"
		"kc setup --name laptop --password-file ~/password\n",
		KC_OPT(NAME) | OFFICERS_PIN, 0, 0, KC_OPENS_ITSELF, kc_verb_setup,
	},
	{
		"unlock", "",
		"open the keychain",
		"kc unlock\n"
		"kc unlock --password-fd 3 3< ~/password\n",
		KC_OPT(STDIN) | KC_OPT(FILE) | KC_OPT(FD), 0, 0, KC_OPENS_ITSELF, kc_verb_unlock,
	},
	{
		"lock", "",
		"lock the keychain",
		"kc lock\n",
		0, 0, 0, KC_OPENS_ITSELF, kc_verb_lock,
	},
	{
		"passwd", "[--account | --officer | --forgotten]",
		"change the password of the keychain, or of your account",
		"kc passwd\n"
		"kc passwd --password-file old --new-password-file new\n"
		"kc passwd --account\n"
		"kc passwd --officer --so-pin-file ~/officer\n"
		"kc passwd --forgotten\n",
		KC_OPT(NEW_PASSWORD_FILE) | KC_OPT(NEW_PASSWORD_FD) | KC_OPT(ACCOUNT) |
			KC_OPT(NEW_ACCOUNT_PASSWORD_FILE) | KC_OPT(NEW_ACCOUNT_PASSWORD_FD) |
			KC_OPT(OFFICER) | KC_OPT(FORGOTTEN) | OFFICERS_PIN,
		0, 0, KC_OPENS_ITSELF, kc_verb_passwd,
	},
	{
		"status", "",
		"say how this device and its keychain stand",
		"kc status\n"
		"kc status --json\n",
		0, 0, 0, KC_OPENS_LATE, kc_verb_status,
	},
	/* --- items --- */
	{
		"add", "NAME [--user USER] [--stdin | --file FILE | --generate LENGTH] [--sync]",
		"save a password or another secret, or change it",
		"kc add github.com --user ana\n"
		"kc add https://nas.example:5001/photos --user ana --generate 20\n"
		"kc add backup --kind generic --file key.bin --sync\n"
		"printf %s \"$key\" | kc add api.example --user ci --stdin\n",
		WHICH_ITEM | SECRET_SOURCES | KC_OPT(SYNC) | KC_OPT(LABEL) | KC_OPT(ACCESSIBLE) |
			KC_OPT(NO_REPLACE),
		1, 1, KC_OPENS_OR_MAKES, kc_verb_add,
	},
	{
		"get", "NAME [--user USER] [--local | --sync]",
		"print a secret, its exact bytes",
		"kc get github.com\n"
		"kc get github.com --user ana-work\n",
		WHICH_TWIN, 1, 1, KC_OPENS_LATE, kc_verb_get,
	},
	{
		"show", "NAME [--user USER] [--local | --sync] [-c]",
		"show what is known about an item, or copy its secret",
		"kc show github.com\n"
		"kc show github.com -c\n",
		WHICH_TWIN | KC_OPT(COPY), 1, 1, KC_OPENS_LATE, kc_verb_show,
	},
	{
		"list", "[PATTERN]",
		"list items, never their secrets",
		"kc list\n"
		"kc list '*.example'\n"
		"kc list --format '{name}\\t{user}'\n",
		KC_OPT(FORMAT) | KC_OPT(KIND), 0, 1, KC_OPENS_LATE, kc_verb_list,
	},
	{
		"rm", "NAME [--user USER] [--local | --sync]",
		"delete an item",
		"kc rm github.com --user ana\n"
		"kc rm github.com --yes\n",
		WHICH_TWIN, 1, 1, KC_OPENS_FIRST, kc_verb_rm,
	},
	{
		"item", "-a | -q | -u | -D 'class=CLASS,ATTR=VALUE,…' [--set 'ATTR=VALUE,…'] [-g]",
		"call SecItemAdd, CopyMatching, Update or Delete",
		"kc item -q 'class=inet,srvr=github.com'\n"
		"kc item -a 'class=genp,svce=backup,acct=ana,sync=1' --stdin < key\n"
		"kc item -u 'class=genp,svce=backup' --set 'labl=Backup key'\n"
		"kc item -D 'class=genp,svce=backup'\n",
		SECRET_SOURCES | KC_OPT(ADD) | KC_OPT(QUERY) | KC_OPT(UPDATE) | KC_OPT(DELETE) |
			KC_OPT(SET) | KC_OPT(SECRET),
		1, 1, KC_OPENS_LATE, kc_verb_item,
	},
	{
		"import", "FILE [--format FORMAT] [--sync] [--dry-run]",
		"take over passwords that a browser has exported",
		"kc import logins.csv --dry-run\n"
		"kc import logins.csv --format firefox-csv --sync\n",
		KC_OPT(FORMAT) | KC_OPT(SYNC) | KC_OPT(DRY_RUN), 1, 1, KC_OPENS_FIRST, kc_verb_import,
	},
	/* --- keys and certificates --- */
	{
		"key new", "NAME [--type TYPE] [--sync] [--extractable]",
		"make a key",
		"kc key new work\n"
		"kc key new server --type rsa:3072 --sync\n",
		KC_OPT(TYPE) | KC_OPT(SYNC) | KC_OPT(EXTRACTABLE) | KC_OPT(ACCESSIBLE), 1, 1,
		KC_OPENS_OR_MAKES, kc_verb_key_new,
	},
	{
		"key import", "FILE [NAME]",
		"take over a key: PEM, DER, PKCS#12, OpenSSH",
		"kc key import ~/.ssh/id_ed25519 laptop\n"
		"kc key import ana.p12 --passphrase-file ~/passphrase\n",
		PASSPHRASE | KC_OPT(SYNC) | KC_OPT(EXTRACTABLE) | KC_OPT(ACCESSIBLE), 1, 2,
		KC_OPENS_FIRST, kc_verb_key_import,
	},
	{
		"key show", "NAME [--ssh | --pem | --uri]",
		"print the public half of a key",
		"kc key show work --ssh\n"
		"kc key show work --pem > work.pem\n",
		KC_OPT(SSH) | KC_OPT(PEM) | KC_OPT(URI) | KC_OPT(LOCAL) | KC_OPT(SYNC), 1, 1, KC_OPENS_LATE, kc_verb_key_show,
	},
	{
		"cert import", "FILE [NAME]",
		"take over certificates: PEM, DER, PKCS#12",
		"kc cert import ana.pem\n",
		PASSPHRASE | KC_OPT(SYNC) | KC_OPT(ACCESSIBLE), 1, 2, KC_OPENS_FIRST,
		kc_verb_cert_import,
	},
	/* --- your devices --- */
	{
		"sync", "",
		"exchange with your other devices now",
		"kc sync\n",
		0, 0, 0, KC_OPENS_LATE, kc_verb_sync,
	},
	{
		"sync use", "URL [--new]",
		"choose the store that your devices share",
		"kc sync use ~/Sync/keychain\n"
		"kc sync use /media/usb/keychain --new\n",
		KC_OPT(NEW), 1, 1, KC_OPENS_FIRST, kc_verb_sync_use,
	},
	{
		"sync on", "NAME [--user USER]",
		"have an item on all your devices",
		"kc sync on github.com\n",
		WHICH_ITEM, 1, 1, KC_OPENS_FIRST, kc_verb_sync_on,
	},
	{
		"sync off", "NAME [--user USER]",
		"keep an item on this device only",
		"kc sync off github.com --user ana\n",
		WHICH_ITEM, 1, 1, KC_OPENS_FIRST, kc_verb_sync_off,
	},
	{
		"sync password", "",
		"say the account password, when it was changed on another device",
		"kc sync password\n",
		0, 0, 0, KC_OPENS_FIRST, kc_verb_sync_password,
	},
	{
		"sync repair", "--push-from-here",
		"mend the store, after you restored it from a backup",
		"kc sync repair --push-from-here\n",
		KC_OPT(PUSH_FROM_HERE), 0, 0, KC_OPENS_FIRST, kc_verb_sync_repair,
	},
	{
		"sync status", "",
		"say how far the exchange has come",
		"kc sync status\n",
		0, 0, 0, KC_OPENS_LATE, kc_verb_sync_status,
	},
	{
		"devices", "",
		"list your devices",
		"kc devices\n",
		0, 0, 0, KC_OPENS_LATE, kc_verb_devices,
	},
	{
		"devices add", "",
		"let a new device in",
		"kc devices add\n"
		"kc devices add --yes --account-password-file ~/account\n",
		0, 0, 0, KC_OPENS_FIRST, kc_verb_devices_add,
	},
	{
		"devices remove", "NAME [--lost] [--before TIME] [--counter]",
		"take a device out, and give the others new keys",
		"kc devices remove desktop\n"
		"kc devices remove desktop --lost --before 2026-11-22\n"
		"kc devices remove 5f1c90aa --yes --account-password-file ~/account\n",
		KC_OPT(LOST) | KC_OPT(BEFORE) | KC_OPT(COUNTER), 1, 1, KC_OPENS_FIRST,
		kc_verb_devices_remove,
	},
	{
		"devices leave", "[--without-store]",
		"take this device out; its items stay on it",
		"kc devices leave\n"
		"kc devices leave --without-store\n",
		KC_OPT(WITHOUT_STORE), 0, 0, KC_OPENS_FIRST, kc_verb_devices_leave,
	},
	{
		"devices exposure", "NAME",
		"list what a device can read, or could",
		"kc devices exposure desktop\n",
		0, 1, 1, KC_OPENS_FIRST, kc_verb_devices_exposure,
	},
	{
		"history", "[[--item] NAME [--user USER] [-g] [--restore N]]",
		"tell what became of your devices, or the earlier values of an item",
		"kc history\n"
		"kc history github.com\n"
		"kc history github.com --restore 1\n",
		WHICH_ITEM | KC_OPT(ITEM) | KC_OPT(SECRET) | KC_OPT(RESTORE), 0, 1, KC_OPENS_LATE, kc_verb_history,
	},
	{
		"join", "URL [--code CODE]",
		"make this new device one of yours",
		"kc join ~/Sync/keychain\n"
		"kc join ~/Sync/keychain --code 493-207-118\n",
		KC_OPT(CODE) | KC_OPT(NAME), 1, 1, KC_OPENS_ITSELF, kc_verb_join,
	},
	{
		"watch", "",
		"print every change as it arrives",
		"kc watch\n",
		0, 0, 0, KC_OPENS_FIRST, kc_verb_watch,
	},
	{
		"doctor store", "[--export FILE]",
		"look at the store, and say what is right and what is not",
		"kc doctor store\n"
		"kc doctor store --json\n"
		"kc doctor store --export evidence.der\n",
		KC_OPT(EXPORT), 0, 0, KC_OPENS_LATE, kc_verb_doctor_store,
	},
	/* --- about kc --- */
	{
		"service stop", "",
		"end the keychain service; the next command starts it again, locked",
		"kc service stop\n",
		0, 0, 0, KC_OPENS_ITSELF, kc_verb_service_stop,
	},
	{
		"help", "[COMMAND | TOPIC]",
		"say how a command is used",
		"kc help\n"
		"kc help sync use\n"
		"kc help recovery\n",
		0, 0, 2, KC_OPENS_NEVER, kc_verb_help,
	},
	{
		"version", "",
		"say which version this is",
		"kc version\n",
		0, 0, 0, KC_OPENS_NEVER, kc_verb_version,
	},
};
/* clang-format on */

const struct kc_verb *kc_verb_at(size_t index)
{
	return index < KC_COUNT_OF(verbs) ? &verbs[index] : NULL;
}
