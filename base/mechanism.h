/* SPDX-License-Identifier: ISC */
/* Key types and the ways of using a key, by numbers that door, socket and front ends share. */
#ifndef KC_BASE_MECHANISM_H
#define KC_BASE_MECHANISM_H

#include "base/mem.h"

/* Types of key pairs, with Apple's kSecAttrKeyType numbers, as stored in the attribute "type". */
enum kc_key_type {
	KC_KEY_RSA = 42,
	KC_KEY_EC = 73, /* the curve follows from the size: P-192, P-224, P-256, P-384, P-521 */
	KC_KEY_ED25519 = 105,
	KC_KEY_X25519 = 106,
	KC_KEY_ED448 = 107,
	KC_KEY_X448 = 108,
};

/* Types of secret keys in the same attribute: Apple's number, or KC_SECRET_OF_CKK and the number of
 * PKCS#11 3.1, 4.9. All that have no row here are secrets of any length, those of HMAC among them.
 */
#define KC_SECRET_OF_CKK 0x40000000u
enum kc_secret_type {
	KC_SECRET_DES3 = 17, /* 24 bytes; legacy */
	KC_SECRET_GENERIC = KC_SECRET_OF_CKK | 0x10,
	KC_SECRET_CHACHA20 = KC_SECRET_OF_CKK | 0x33, /* 32 bytes */
	KC_SECRET_HKDF = KC_SECRET_OF_CKK | 0x42,
	KC_SECRET_AES = 0x80000001u, /* 16, 24 or 32 bytes */
};

/* Whether a number of the attribute is of a secret key. */
static inline bool kc_secret_type_is(uint32_t type)
{
	return type == KC_SECRET_DES3 || type >= KC_SECRET_OF_CKK;
}

/* Key classes, as stored in the attribute "kcls". */
enum kc_key_class { KC_KEY_PUBLIC = 0, KC_KEY_PRIVATE = 1, KC_KEY_SYMMETRIC = 2 };

/* A key that is to be made: its type, and the bits of its modulus, curve or value. */
struct kc_key_spec {
	uint32_t type;
	unsigned bits;
	uint64_t exponent; /* the public one of RSA, odd, from 65537 on; 0: that */
};

/* FIPS 180-4 and FIPS 202; MD5 (RFC 1321) is legacy. */
enum kc_hash {
	KC_HASH_NONE,
	KC_HASH_SHA1,
	KC_HASH_SHA224,
	KC_HASH_SHA256,
	KC_HASH_SHA384,
	KC_HASH_SHA512,
	KC_HASH_SHA512_224,
	KC_HASH_SHA512_256,
	KC_HASH_SHA3_224,
	KC_HASH_SHA3_256,
	KC_HASH_SHA3_384,
	KC_HASH_SHA3_512,
	KC_HASH_MD5,
	KC_HASH_LAST = KC_HASH_MD5,
};

/* How a signature or a message authentication code is made. */
enum kc_sign_scheme {
	KC_SIGN_RSA_PKCS1, /* PKCS#1 v1.5, RFC 8017 8.2 */
	KC_SIGN_RSA_PSS,   /* RFC 8017 8.1 */
	KC_SIGN_ECDSA_DER, /* FIPS 186-4, signature as DER SEQUENCE of r and s (X9.62) */
	KC_SIGN_ECDSA_RAW, /* the same as r‖s, each as long as the order (RFC 4754, PKCS#11) */
	KC_SIGN_EDDSA,	   /* RFC 8032: pure, with a context, or prehashed (Ed25519ph, Ed448ph) */
	KC_SIGN_RSA_RAW,   /* RFC 8017 5.2.1; the input is the whole block, no hash */
	/* with secret keys: */
	KC_SIGN_HMAC,	  /* RFC 2104, with hash */
	KC_SIGN_CMAC,	  /* NIST SP 800-38B, of AES or 3DES */
	KC_SIGN_GMAC,	  /* NIST SP 800-38D 3.3, with iv */
	KC_SIGN_POLY1305, /* RFC 8439 2.5; a key for one message */
	KC_SIGN_LAST = KC_SIGN_POLY1305,
};

/*
 * A way of signing. With a hash and prehashed false the service hashes the message; with prehashed
 * true the input is the digest itself. RSA_PKCS1 with KC_HASH_NONE signs a caller's DigestInfo
 * (CKM_RSA_PKCS). ECDSA with KC_HASH_NONE signs a digest of any length, cut to the order's size.
 * EDDSA with prehashed true means Ed25519ph or Ed448ph (the input is the whole message).
 */
struct kc_sign_params {
	enum kc_sign_scheme scheme;
	enum kc_hash hash;
	bool prehashed;
	enum kc_hash mgf_hash;	 /* PSS */
	unsigned salt_len;	 /* PSS, bytes */
	unsigned mac_len;	 /* of a code: its first bytes; 0: all of it */
	bool has_context;	 /* EDDSA: Ed25519ctx even when the context is empty */
	struct kc_bytes context; /* EDDSA: up to 255 bytes; GMAC: the iv; borrowed */
};

/* How a message is encrypted. */
enum kc_cipher_scheme {
	/* by RSA: */
	KC_CIPHER_RSA_RAW,   /* RFC 8017 5.1; a shorter message is a smaller number */
	KC_CIPHER_RSA_PKCS1, /* PKCS#1 v1.5, RFC 8017 7.2 */
	KC_CIPHER_RSA_OAEP,  /* RFC 8017 7.1 */
	/* by a block cipher, AES or 3DES (NIST SP 800-38A): */
	KC_CIPHER_ECB,
	KC_CIPHER_CBC,
	KC_CIPHER_CBC_PAD, /* RFC 5652 6.3 */
	KC_CIPHER_CTR,
	KC_CIPHER_OFB,
	KC_CIPHER_CFB8,
	KC_CIPHER_CFB128,
	KC_CIPHER_CTS, /* CBC-CS1, the addendum to SP 800-38A */
	/* by AES with authentication; the ciphertext is followed by the tag: */
	KC_CIPHER_GCM, /* NIST SP 800-38D */
	KC_CIPHER_CCM, /* NIST SP 800-38C */
	/* AES key wrap: */
	KC_CIPHER_KW,  /* RFC 3394 */
	KC_CIPHER_KWP, /* RFC 5649 */
	/* by ChaCha20: */
	KC_CIPHER_CHACHA20,	     /* RFC 8439 2.4 */
	KC_CIPHER_CHACHA20_POLY1305, /* RFC 8439 2.8; followed by the tag */
	/* of a key: an AES key of aes_bits for it by OAEP, then the key by KWP
	   (PKCS#11 3.1, 6.1.17): */
	KC_CIPHER_RSA_AES_WRAP,
	KC_CIPHER_LAST = KC_CIPHER_RSA_AES_WRAP,
};

struct kc_cipher_params {
	enum kc_cipher_scheme scheme;
	enum kc_hash hash, mgf_hash; /* OAEP */
	struct kc_bytes label;	     /* OAEP's label; additional data of GCM, CCM and Poly1305 */
	struct kc_bytes iv;	     /* or nonce, or counter block (CTR); KW and KWP: empty for
				      * the standard one. Borrowed, as label. */
	unsigned tag_len;	     /* bytes: GCM, CCM, Poly1305 */
	unsigned counter_bits;	     /* CTR: how many of iv count, 1 to 128, from the right */
	uint64_t counter;	     /* ChaCha20: the number of the first block */
	unsigned aes_bits;	     /* RSA_AES_WRAP */
};

/* How a key is made of another, or of a password. */
enum kc_derive_scheme {
	KC_DERIVE_AGREE,	     /* ECDH or X25519/X448 with peer, then X9.63's function */
	KC_DERIVE_AGREE_COFACTOR,    /* the same: the cofactor of all our curves for EC is 1 */
	KC_DERIVE_AGREE_ONE_STEP,    /* the same, then NIST SP 800-56C's, 4.1, with a hash */
	KC_DERIVE_HKDF,		     /* RFC 5869 */
	KC_DERIVE_SP800_108_COUNTER, /* NIST SP 800-108, with segments */
	KC_DERIVE_SP800_108_FEEDBACK,
	KC_DERIVE_SP800_108_PIPELINE,
	KC_DERIVE_PBKDF2,	   /* RFC 8018 5.2; there is no base key */
	KC_DERIVE_HASH,		   /* the digest of the base key (CKM_SHA256_KEY_DERIVATION …) */
	KC_DERIVE_CONCATENATE_KEY, /* base ‖ other */
	KC_DERIVE_CONCATENATE_AFTER,  /* base ‖ data */
	KC_DERIVE_CONCATENATE_BEFORE, /* data ‖ base */
	KC_DERIVE_XOR,		      /* base xor data, as long as the shorter */
	KC_DERIVE_EXTRACT,	      /* bits of the base key from number number */
	KC_DERIVE_ENCRYPT,	      /* data encrypted by the base key, as cipher says */
	KC_DERIVE_LAST = KC_DERIVE_ENCRYPT,
};

/* One piece of what SP 800-108's pseudorandom function is fed with. */
enum kc_derive_segment_kind {
	KC_SEGMENT_BYTES,
	KC_SEGMENT_COUNTER,   /* i, in bits bits */
	KC_SEGMENT_ITERATION, /* K(i-1), or A(i) */
	KC_SEGMENT_LENGTH,    /* the length of all output, in bits, in bits bits */
};
#define KC_DERIVE_SEGMENTS 16
struct kc_derive_segment {
	enum kc_derive_segment_kind kind;
	unsigned bits; /* 8, 16, 24 or 32; a length up to 64 */
	bool little_endian;
	struct kc_bytes bytes; /* borrowed */
};

struct kc_derive_params {
	enum kc_derive_scheme scheme;
	enum kc_hash hash; /* of the KDF, HMAC or PRF; NONE: AGREE gives the raw secret, SP 800-108
			    * uses CMAC of AES */
	struct kc_bytes peer; /* AGREE: the other's public key, in stored form (crypto/pk.h) */
	struct kc_bytes salt; /* HKDF, PBKDF2 */
	struct kc_bytes data; /* AGREE: shared info (X9.63); HKDF: info; CONCATENATE, XOR, ENCRYPT;
			       * the iv of FEEDBACK */
	struct kc_bytes password; /* PBKDF2 */
	uint64_t other; /* CONCATENATE_KEY: the other key; HKDF: the salt is this key, if any */
	bool extract, expand;		/* HKDF */
	uint64_t number;		/* PBKDF2: iterations; EXTRACT: the first bit */
	struct kc_cipher_params cipher; /* ENCRYPT */
	struct kc_derive_segment segments[KC_DERIVE_SEGMENTS]; /* SP 800-108 */
	size_t segment_count;
	/* Of the output, which is offset + length (or total, when that is more) bytes long, these:
	 */
	size_t offset,
		length; /* length 0: as much as the scheme gives (AGREE without hash, HASH, …) */
	size_t total;
};

#endif
