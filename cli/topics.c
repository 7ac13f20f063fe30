/* SPDX-License-Identifier: ISC */
/* Texts of a screen each. What they tell to type stands between backticks, as in messages.def. */
#include "cli/topics.h"

#include <string.h>

#include "base/mem.h"

/* clang-format off */
static const struct kc_topic topics[] = {
	{
		"ideas", NULL, "what the words mean",
		"Your devices\n"
		"  The computers that share your passwords. Each has its own key. A new one gets in only\n"
		"  when one you already use says yes:  `kc devices add`\n"
		"The store\n"
		"  Where sealed copies wait between your devices: a folder, or a file that devices on one\n"
		"  computer share. Whoever runs it can lose your data or show you old data, but can't read\n"
		"  it, and this program notices if it shows you old data:  `kc sync status`\n"
		"Syncing an item\n"
		"  Marking one thing to be on all your devices. Everything else stays here:  `kc sync on NAME`\n"
		"Locked and open\n"
		"  Open: programs you allow can ask for things. Locked: not even this program can read them.\n"
		"A store is not a backup\n"
		"  What you delete here is deleted on every device that shares it.\n",
	},
	{
		"passwords", NULL, "the two passwords, and how to choose them",
		"The keychain password opens the keychain of this device. Many take their login password.\n"
		"  Another one:  `kc passwd`\n"
		"The account password belongs to all your devices together. It is asked when a store is\n"
		"  chosen and when a device comes in, has eight characters or more, and never leaves your\n"
		"  devices. Take another one than for the keychain.\n"
		"  Another one:  `kc passwd --account`\n"
		"Four or five words that have nothing to do with each other are easy to remember and hard\n"
		"  to guess. For everything else let this program choose:  `kc add NAME --generate 20`\n",
	},
	{
		"keys", "key pkcs11", "keys, and the programs that use them",
		"Making one\n"
		"  Its private half stays in the keychain, and programs ask for signatures:  `kc key new NAME`\n"
		"  To bring one along:  `kc key import FILE`, and a certificate:  `kc cert import FILE`\n"
		"Showing it\n"
		"  A line for the server's authorized_keys:  `kc key show NAME --ssh`\n"
		"  For other programs:  `kc key show NAME --pem`, `kc key show NAME --uri`\n"
		"Using it\n"
		"  Programs reach keys by PKCS#11. They are told the module, a file that `kc key new NAME` says, and\n"
		"  many also the key address. For ssh it is  -o PKCS11Provider=MODULE.\n"
		"  One that asks for a password or a number first wants the keychain password; none has to\n"
		"  ask while the keychain is open:  `kc unlock`\n"
		"  Recipes for ssh, git, curl, Java and others are in the manual page keycircle-pkcs11(7).\n"
		"On your other devices\n"
		"  A key syncs like all else, and its key address changes with it:  `kc sync on NAME`\n"
		"Keys without a name\n"
		"  A program may have made them. The list shows the first digits of their hash, which commands\n"
		"  take for a name:  `kc list --kind key`\n",
	},
	{
		"store", NULL, "when the store is away or looks wrong, and what your devices see",
		"How it stands\n"
		"  In one line:  `kc sync status`. Whether all is well with it:  `kc doctor store`\n"
		"  As it happens, what arrives, who comes and who goes:  `kc watch`\n"
		"It isn't there\n"
		"  Its disk isn't mounted, or it hasn't finished syncing. Your items work here as\n"
		"  always, and what you change is sent when it is back:  `kc sync`\n"
		"  If only its marker file, .kc-store, was deleted:  `kc sync repair --push-from-here`\n"
		"It is to move\n"
		"  Copy all of the folder, its marker file too, or the file with the -wal beside it, while\n"
		"  no device uses it. Then, on each of your devices:  `kc sync use URL`\n"
		"It looks wrong\n"
		"  It is older than it was, shows two stories, or holds what none of your devices has made.\n"
		"  Nothing is taken from it then, and nothing is lost. If you put an old copy of it\n"
		"  there, put the newest one back, or have what it lost written into it again from here:\n"
		"  `kc sync repair --push-from-here`. If you did not, keep the store as it is, and see\n"
		"  what your other devices say. Who is in:  `kc devices`, what was done:  `kc history`\n"
		"It is gone for good\n"
		"  One of your devices begins anew:  `kc sync use URL --new`. Each of the others leaves what\n"
		"  is gone:  `kc devices leave --without-store`, and comes in:  `kc join URL`. Items go along.\n"
		"This device was put back from a backup\n"
		"  It knows less than it has said, so what it says could be an old copy's word. Come in again\n"
		"  with a code from another device:  `kc join URL`, and take the old name out:  `kc devices`\n",
	},
	{
		"recovery", NULL, "when a password is forgotten or a device is lost",
		"The keychain password is forgotten\n"
		"  Nobody can open a keychain without its password, and that includes us. Where there is a\n"
		"  security officer, the officer's password gives it another one, and nothing is lost:\n"
		"  `kc passwd --forgotten`. To name one in time:  `kc passwd --officer`\n"
		"  If it was your login password, an older one may still be the right one: it changes only\n"
		"  here:  `kc passwd`\n"
		"  With another device nothing that syncs is lost. The folder of this keychain is told by\n"
		"  `kc status`; move it away, do not delete it, and come in again:  `kc setup`, `kc join URL`\n"
		"This keychain is damaged\n"
		"  Nothing was deleted. Keep its folder, make a copy of it, and come in again as above.\n"
		"The account password is forgotten\n"
		"  Your devices go on as they are, but no new one can come in.\n"
		"A device is lost\n"
		"  Take it out, from another one:  `kc devices remove NAME --lost`. It gets nothing new from then\n"
		"  on, and your synced items get new keys. It can't be made to forget what it has; what that is:\n"
		"  `kc devices exposure NAME`. Change it where it is used.\n"
		"A device removed this one\n"
		"  Which and when, on a device that is in:  `kc history`. If you know it, come in again:\n"
		"  `kc join URL`. If not, answer it:  `kc devices remove NAME --counter`\n",
	},
};
/* clang-format on */

const struct kc_topic *kc_topics_at(size_t index)
{
	return index < KC_COUNT_OF(topics) ? &topics[index] : NULL;
}

static bool is_among(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; at && len; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, word, len) == 0 && (at[len] == ' ' || !at[len]))
			return true;
	}
	return false;
}

const struct kc_topic *kc_topics_find(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(topics); i++)
		if (strcmp(topics[i].name, name) == 0 || is_among(topics[i].also, name))
			return &topics[i];
	return NULL;
}
