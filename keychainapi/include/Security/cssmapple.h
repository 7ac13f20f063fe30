/* SPDX-License-Identifier: ISC */
/* What the older interfaces take as the value of a policy, and the codes of their verdicts. */
#ifndef SECURITY_CSSMAPPLE_H
#define SECURITY_CSSMAPPLE_H

#include <Security/cssmtype.h>

CF_EXTERN_C_BEGIN

/* TLS: the server's name, which need not end in a NUL, and whose certificate it is. */
#define CSSM_APPLE_TP_SSL_OPTS_VERSION 1
#define CSSM_APPLE_TP_SSL_CLIENT 0x00000001
typedef struct {
	uint32_t Version;
	uint32_t ServerNameLen;
	const char *ServerName;
	uint32_t Flags;
} CSSM_APPLE_TP_SSL_OPTIONS;

/* E-mail: the sender's address. */
#define CSSM_APPLE_TP_SMIME_OPTS_VERSION 0
typedef struct {
	uint32_t Version;
	uint16_t IntendedUsage; /* not looked at */
	uint32_t SenderEmailLen;
	const char *SenderEmail;
} CSSM_APPLE_TP_SMIME_OPTIONS;

/* Revocation: of the flags only the first, which asks for an answer about each certificate. */
#define CSSM_APPLE_TP_CRL_OPTS_VERSION 0
#define CSSM_TP_ACTION_REQUIRE_CRL_PER_CERT 0x00000001
#define CSSM_TP_ACTION_FETCH_CRL_FROM_NET 0x00000002
#define CSSM_TP_ACTION_CRL_SUFFICIENT 0x00000004
#define CSSM_TP_ACTION_REQUIRE_CRL_IF_PRESENT 0x00000008
typedef struct {
	uint32_t Version;
	uint32_t CrlFlags;
	void *crlStore;
} CSSM_APPLE_TP_CRL_OPTIONS;

#define CSSM_APPLE_TP_OCSP_OPTS_VERSION 0
#define CSSM_TP_ACTION_OCSP_REQUIRE_PER_CERT 0x00000001
#define CSSM_TP_ACTION_OCSP_REQUIRE_IF_RESP_PRESENT 0x00000002
#define CSSM_TP_ACTION_OCSP_DISABLE_NET 0x00000004
#define CSSM_TP_ACTION_OCSP_CACHE_READ_DISABLE 0x00000008
#define CSSM_TP_ACTION_OCSP_CACHE_WRITE_DISABLE 0x00000010
#define CSSM_TP_ACTION_OCSP_SUFFICIENT 0x00000020
#define CSSM_TP_OCSP_GEN_NONCE 0x00000040
#define CSSM_TP_OCSP_REQUIRE_RESP_NONCE 0x00000080
typedef struct {
	uint32_t Version;
	uint32_t Flags;
	CSSM_DATA_PTR LocalResponder;
	CSSM_DATA_PTR LocalResponderCert;
} CSSM_APPLE_TP_OCSP_OPTIONS;

/* Verdicts of SecTrustGetCssmResultCode: numbers below zero, as OSStatus has them. */
enum {
	CSSMERR_TP_CERT_EXPIRED = -2147409654,
	CSSMERR_TP_CERT_NOT_VALID_YET = -2147409653,
	CSSMERR_TP_CERT_REVOKED = -2147409652,
	CSSMERR_TP_NOT_TRUSTED = -2147409622,
	CSSMERR_TP_VERIFY_ACTION_FAILED = -2147409627,
	CSSMERR_APPLETP_HOSTNAME_MISMATCH = -2147408896,
	CSSMERR_APPLETP_INVALID_CA = -2147408893,
	CSSMERR_APPLETP_INVALID_EXTENDED_KEY_USAGE = -2147408889,
	CSSMERR_APPLETP_SMIME_EMAIL_ADDRS_NOT_FOUND = -2147408875,
	CSSMERR_APPLETP_INCOMPLETE_REVOCATION_CHECK = -2147408863
};

CF_EXTERN_C_END

#endif
