// libcrypto of OpenSSL 3 (Debian and Ubuntu: libssl-dev). SHA-256, scrypt, random bytes, Ed25519.
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "Weir needs OpenSSL 3: install libssl-dev of Debian 12, Ubuntu 22.04 or later"
#endif
