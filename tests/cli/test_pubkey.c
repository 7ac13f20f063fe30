/* SPDX-License-Identifier: ISC */
/* Public keys made by OpenSSL, and the lines that ssh-keygen makes of them. */
#include <string.h>

#include "cli/pubkey.h"
#include "tests/check.h"

/* clang-format off */
/* SubjectPublicKeyInfo, and the output of ssh-keygen -i -m PKCS8 (9.2) for it. */
static const char *const keys[][2] = {
	{
		"3059301306072a8648ce3d020106082a8648ce3d030107034200042c258d41efd422e1a8"
		"201068b33a06bd797164d16497704f7a315b938e86776ed2fd68fa8f2d8217743e2e875f"
		"5bef857d771ab71a06a363a341d4256356c6f2",
		"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB"
		"BCwljUHv1CLhqCAQaLM6Br15cWTRZJdwT3oxW5OOhndu0v1o+o8tghd0Pi6HX1vvhX13Grca"
		"BqNjo0HUJWNWxvI=",
	},
	{
		"3076301006072a8648ce3d020106052b81040022036200040af59f8d8587033de0d027df"
		"7189e102e85332a792149fd8cc15657b23a22dcdf3e39f186d6920cc933e8125b8350ff3"
		"eaee8ae969e6778d1168691a4ac9319a645d8b523d1b52283a8e14f844cbe2cf68a4e05c"
		"ecb72cf99dd636904079c0a3",
		"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABh"
		"BAr1n42FhwM94NAn33GJ4QLoUzKnkhSf2MwVZXsjoi3N8+OfGG1pIMyTPoEluDUP8+ruiulp"
		"5neNEWhpGkrJMZpkXYtSPRtSKDqOFPhEy+LPaKTgXOy3LPmd1jaQQHnAow==",
	},
	{
		"30819b301006072a8648ce3d020106052b81040023038186000400a3e1677eba098bb69c"
		"470ae882683e6c6e932bde21a4c77544249c0eff4e30012020396dadb4ab639b9dcedb85"
		"55b1f9f680be6c2b5763a169dd7a4940b38cb9a9016e65358b834b190d9ebc0077b311c1"
		"bf9b53194121ee2f4e3361e76049c7ae22fc9ea096a9e2b6337bcef14dbdc43505b7d36d"
		"83bcd232cc4e0017f0b477e2d99a",
		"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACF"
		"BACj4Wd+ugmLtpxHCuiCaD5sbpMr3iGkx3VEJJwO/04wASAgOW2ttKtjm53O24VVsfn2gL5s"
		"K1djoWndeklAs4y5qQFuZTWLg0sZDZ68AHezEcG/m1MZQSHuL04zYedgSceuIvyeoJap4rYz"
		"e87xTb3ENQW3022DvNIyzE4AF/C0d+LZmg==",
	},
	{
		"30819f300d06092a864886f70d010101050003818d0030818902818100c79d7e42ee0cdd"
		"0f804140bbefd5e3062cbeb66bf416224eff773b47b439a3d26e595c04dc3777c7e74574"
		"a0406279d559766a2e004d6320730f8540e7715b77dd4b0798c9ee9013dbb1207301ee9b"
		"6ee0ae1e77dee99e6ce6057b270dbdbc65e9a3920b64611a35adac22b690944da0efe676"
		"06e4fec7e38a08d064cff0e7910203010001",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDHnX5C7gzdD4BBQLvv1eMGLL62a/QWIk7/"
		"dztHtDmj0m5ZXATcN3fH50V0oEBiedVZdmouAE1jIHMPhUDncVt33UsHmMnukBPbsSBzAe6b"
		"buCuHnfe6Z5s5gV7Jw29vGXpo5ILZGEaNa2sIraQlE2g7+Z2BuT+x+OKCNBkz/DnkQ==",
	},
	{
		"302a300506032b6570032100f30c000cdbf1054b4d87f58bfa136289a259f3c4aed8bb6a"
		"19c499d750576193",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPMMAAzb8QVLTYf1i/oTYomiWfPErti7ahnE"
		"mddQV2GT",
	},
};

static const char first_as_pem[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELCWNQe/UIuGoIBBoszoGvXlxZNFk\n"
		"l3BPejFbk46Gd27S/Wj6jy2CF3Q+LodfW++FfXcatxoGo2OjQdQlY1bG8g==\n"
		"-----END PUBLIC KEY-----\n";
/* clang-format on */

static void from_hex(const char *hex, struct kc_buf *out)
{
	static const char digits[] = "0123456789abcdef";

	for (; *hex; hex += 2)
		kc_buf_push_byte(out, (uint8_t)((strchr(digits, hex[0]) - digits) * 16 +
						(strchr(digits, hex[1]) - digits)));
}

static void lines_are_those_of_ssh_keygen(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, line = KC_BUF_INIT;
		from_hex(keys[i][0], &spki);
		CHECK_OK(kc_pubkey_push_ssh(kc_buf_bytes(&spki), kc_bytes(NULL, 0), &line));
		CHECK_MSG(
			kc_bytes_equal(kc_buf_bytes(&line), kc_bytes_str(keys[i][1])), keys[i][1]);
	}
}

static void a_comment_stays_on_its_line(void)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, line = KC_BUF_INIT;
	const char *text;

	from_hex(keys[0][0], &spki);
	CHECK_OK(kc_pubkey_push_ssh(kc_buf_bytes(&spki), kc_bytes_str("a b\nssh-rsa x"), &line));
	text = kc_buf_text(&line);
	CHECK(strchr(text, '\n') == NULL);
	CHECK(strcmp(text + strlen(keys[0][1]), " a b ssh-rsa x") == 0);
}

static void damaged_keys_are_refused(void)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;

	from_hex(keys[3][0], &spki);
	for (size_t len = 0; len < spki.len; len++) {
		KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;
		CHECK_ERR(kc_pubkey_push_ssh(kc_bytes(spki.data, len), kc_bytes(NULL, 0), &line),
			KC_E_DECODE);
		CHECK(line.len == 0);
	}
	spki.data[10] ^= 1; /* inside the algorithm's identifier */
	KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;
	CHECK_ERR(kc_pubkey_push_ssh(kc_buf_bytes(&spki), kc_bytes(NULL, 0), &line), KC_E_KEY_TYPE);
}

static void pem_is_that_of_openssl(void)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, pem = KC_BUF_INIT;

	from_hex(keys[0][0], &spki);
	kc_pubkey_push_pem(kc_buf_bytes(&spki), &pem);
	CHECK(kc_bytes_equal(kc_buf_bytes(&pem), kc_bytes_str(first_as_pem)));
}

static void addresses_are_pkcs11_uris(void)
{
	static const struct {
		bool is_synced;
		const char *label, *id, *uri;
	} rows[] = {
		{false, "work", "\x01", "pkcs11:token=Keycircle;object=work"},
		{true, "work", "\x01", "pkcs11:token=Keycircle%20Sync;object=work"},
		{false, "a b;c=d/%", "\x01", "pkcs11:token=Keycircle;object=a%20b%3Bc%3Dd%2F%25"},
		{false, "\xc3\xa4", "\x01", "pkcs11:token=Keycircle;object=%C3%A4"},
		{false, "", "\x01\xfeZ", "pkcs11:token=Keycircle;id=%01%FE%5A"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_pubkey_push_uri(rows[i].is_synced, kc_bytes_str(rows[i].label),
			kc_bytes_str(rows[i].id), &out);
		CHECK_MSG(
			kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str(rows[i].uri)), rows[i].uri);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(lines_are_those_of_ssh_keygen),
		CHECK_TEST(a_comment_stays_on_its_line),
		CHECK_TEST(damaged_keys_are_refused),
		CHECK_TEST(pem_is_that_of_openssl),
		CHECK_TEST(addresses_are_pkcs11_uris),
	};
	return check_main("cli/pubkey", tests, KC_COUNT_OF(tests));
}
