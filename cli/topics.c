/* SPDX-License-Identifier: ISC */
/* Texts of a screen each. What they tell to type stands between backticks, as in messages.def. */
#include "cli/topics.h"

#include <string.h>

#include "base/mem.h"

/* clang-format off */
static const struct kc_topic topics[] = {
	{
		"ideas", "what the words mean",
		"Your devices\n"
		"  The computers that share your passwords. Each has its own key. A new one gets in only\n"
		"  when one you already use says yes:  `kc devices add`\n"
		"The store\n"
		"  The folder where sealed copies wait between your devices. Whoever runs it can lose your\n"
		"  data or show you old data, but can't read it, and this program notices if it shows you\n"
		"  old data:  `kc sync status`\n"
		"Syncing an item\n"
		"  Marking one thing to be on all your devices. Everything else stays here:  `kc sync on NAME`\n"
		"Locked and open\n"
		"  Open: programs you allow can ask for things. Locked: not even this program can read them.\n"
		"A store is not a backup\n"
		"  What you delete here is deleted on every device that shares it.\n",
	},
	{
		"passwords", "the two passwords, and how to choose them",
		"The keychain password opens the keychain of this device. Many take their login password.\n"
		"  Another one:  `kc passwd`\n"
		"The account password belongs to all your devices together. It is asked when a store is\n"
		"  chosen and when a device comes in, has eight characters or more, and never leaves your\n"
		"  devices. Take another one than for the keychain.\n"
		"Four or five words that have nothing to do with each other are easy to remember and hard\n"
		"  to guess. For everything else let this program choose:  `kc add NAME --generate 20`\n",
	},
	{
		"recovery", "when a password is forgotten or a device is lost",
		"The keychain password is forgotten\n"
		"  Nobody can open a keychain without its password, and that includes us. If it was your\n"
		"  login password, an older one may still be the right one: it changes only here:  `kc passwd`\n"
		"  With another device nothing that syncs is lost. The folder of this keychain is told by\n"
		"  `kc status`; move it away, do not delete it, and come in again:  `kc setup`, `kc join URL`\n"
		"This keychain is damaged\n"
		"  Nothing was deleted. Keep its folder, make a copy of it, and come in again as above.\n"
		"The account password is forgotten\n"
		"  Your devices go on as they are, but no new one can come in.\n"
		"A device is lost\n"
		"  This version can't take it out. Whoever opens its keychain reads what syncs, new secrets\n"
		"  too, as long as the store reaches it: stop sharing the folder with it. Then keep what\n"
		"  matters on this device only, `kc sync off NAME`, and change it where it is used.\n",
	},
};
/* clang-format on */

const struct kc_topic *kc_topics_at(size_t index)
{
	return index < KC_COUNT_OF(topics) ? &topics[index] : NULL;
}

const struct kc_topic *kc_topics_find(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(topics); i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}
