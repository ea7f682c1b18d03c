// libcrypto of OpenSSL 3 (Debian and Ubuntu: libssl-dev). SHA-256, scrypt, random bytes, Ed25519, certificates.
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "Weir needs OpenSSL 3: install libssl-dev of Debian 12, Ubuntu 22.04 or later"
#endif

// Stacks are macros, which Swift does not import.

/// Verifies a client's chain, the leaf first, against a store; returns X509_V_OK or why not.
static inline int weir_verify_client(X509_STORE *store, X509 **chain, int count, unsigned long flags) {
    STACK_OF(X509) *others = sk_X509_new_null();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int result = X509_V_ERR_OUT_OF_MEM;
    if (others && context) {
        for (int i = 1; i < count; i++) sk_X509_push(others, chain[i]);
        if (X509_STORE_CTX_init(context, store, chain[0], others) == 1) {
            X509_STORE_CTX_set_default(context, "ssl_client");
            X509_STORE_CTX_set_flags(context, flags);
            result = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
            if (result == X509_V_OK && X509_STORE_CTX_get_error(context) != X509_V_OK) result = X509_V_ERR_UNSPECIFIED;
        }
    }
    X509_STORE_CTX_free(context);
    sk_X509_free(others);
    return result;
}

/// Writes the URI names of a certificate, a line each, into `text`; returns how many bytes they are, or -1 if they do not fit.
static inline int weir_uri_names(X509 *certificate, char *text, int size) {
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int used = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) continue;
        const unsigned char *bytes = ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
        int count = ASN1_STRING_length(name->d.uniformResourceIdentifier), printable = 1;
        // A name with a line end in it would be two.
        for (int j = 0; j < count; j++) printable &= bytes[j] > 32 && bytes[j] < 127;
        if (!printable) continue;
        if (used + count + 1 > size) { used = -1; break; }
        for (int j = 0; j < count; j++) text[used++] = (char)bytes[j];
        text[used++] = '\n';
    }
    GENERAL_NAMES_free(names);
    return used;
}
