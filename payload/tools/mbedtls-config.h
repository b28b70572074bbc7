/* What host tools have of mbedTLS beyond what pivotboot itself is built with. */
#ifndef PAYLOAD_TOOLS_MBEDTLS_CONFIG_H
#define PAYLOAD_TOOLS_MBEDTLS_CONFIG_H

#include "../mbedtls-config.h"

/* TPMs may have banks of all of these. */
#ifndef MBEDTLS_SHA1_C
#define MBEDTLS_SHA1_C
#endif
#ifndef MBEDTLS_SHA384_C
#define MBEDTLS_SHA384_C
#endif
#ifndef MBEDTLS_SHA512_C
#define MBEDTLS_SHA512_C
#endif
/* Certificates may come as PEM. */
#define MBEDTLS_BASE64_C

#endif
