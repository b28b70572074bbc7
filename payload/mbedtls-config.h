/* What is compiled of mbedTLS: see mbedtls/mbedtls_config.h of its sources for the names. */
#ifndef PAYLOAD_MBEDTLS_CONFIG_H
#define PAYLOAD_MBEDTLS_CONFIG_H

#define MBEDTLS_SHA256_C

#endif
