/* What is compiled of mbedTLS: see mbedtls/mbedtls_config.h of its sources for the names. */
#ifndef PAYLOAD_MBEDTLS_CONFIG_H
#define PAYLOAD_MBEDTLS_CONFIG_H

/* Digests */
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#if defined(__x86_64__)
#define MBEDTLS_SHA256_PROCESS_ALT /* efi/mbedtls-sha256.c; on Arm mbedTLS has its own */
#endif
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C

/* Signatures: RSA PKCS#1 v1.5, ECDSA on P-256 and P-384. What is not here is refused. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_NO_UDBL_DIVISION

/* Certificates. No MBEDTLS_HAVE_TIME_DATE: the time is given, not asked for. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_REMOVE_INFO

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO mbedtls_memory_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO   mbedtls_memory_free
/* Only what describes things for people prints; nothing here calls it. */
#define MBEDTLS_PLATFORM_SNPRINTF_MACRO(...) (-1)

#include "mbedtls-memory.h"

#endif
