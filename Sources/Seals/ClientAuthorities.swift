import CLibcrypto

/// The certificate authorities whose certificates clients may show, and what these have revoked.
///
/// Checked by libcrypto as RFC 5280 says: signatures, times, purposes, and with revocation lists the whole chain against them.
package final class ClientAuthorities: Sendable {
    // libcrypto counts references to a store and locks it; it is not changed after `init`.
    private nonisolated(unsafe) let store: OpaquePointer
    private let flags: UInt

    /// Reads authorities, and revocation lists of all of them if there are any.
    /// - Parameters:
    ///   - certificates: certificates in PEM.
    ///   - revocations: revocation lists in PEM; nil for none.
    /// - Throws: `CryptoError` if there is no certificate, or a text does not read.
    package init(certificates: String, revocations: String?) throws(CryptoError) {
        guard let store = X509_STORE_new() else { throw CryptoError("libcrypto is out of memory") }
        self.store = store
        flags = revocations == nil ? 0 : UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)
        let count = ClientAuthorities.readAll(certificates) { bio in
            guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return false }
            defer { X509_free(certificate) }
            return X509_STORE_add_cert(store, certificate) == 1
        }
        guard count > 0 else { throw CryptoError("there is no certificate in PEM among the authorities") }
        guard let revocations else { return }
        let lists = ClientAuthorities.readAll(revocations) { bio in
            guard let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) else { return false }
            defer { X509_CRL_free(list) }
            return X509_STORE_add_crl(store, list) == 1
        }
        guard lists > 0 else { throw CryptoError("there is no revocation list in PEM") }
    }

    deinit { X509_STORE_free(store) }

    private static func readAll(_ text: String, _ read: (OpaquePointer) -> Bool) -> Int {
        let bytes = Array(text.utf8)
        guard let bio = BIO_new_mem_buf(bytes, Int32(bytes.count)) else { return 0 }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        var count = 0
        while read(bio) { count += 1 }
        return count
    }

    /// The most certificates that a client may show: its own, and those between it and its authority.
    package static let chainMax = 10

    /// Checks a client's chain now, by the wall clock: certificates are the world's, and so are their times.
    /// - Parameter chain: certificates in DER, the client's own first.
    /// - Returns: the URI names of the client's certificate.
    /// - Throws: `CryptoError` with libcrypto's reason.
    package func verify(_ chain: [[UInt8]]) throws(CryptoError) -> [String] {
        guard chain.count <= ClientAuthorities.chainMax else {
            throw CryptoError("the chain has \(chain.count) certificates; at most \(ClientAuthorities.chainMax)")
        }
        var certificates: [OpaquePointer?] = []
        defer {
            for certificate in certificates { X509_free(certificate) }
            ERR_clear_error()
        }
        for der in chain {
            let certificate = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
                var start = buffer.baseAddress
                return d2i_X509(nil, &start, buffer.count)
            }
            guard let certificate else { throw CryptoError("a certificate does not read") }
            certificates.append(certificate)
        }
        guard let own = certificates.first ?? nil else { throw CryptoError("there is no certificate") }
        let result = weir_verify_client(store, &certificates, Int32(certificates.count), flags)
        guard result == X509_V_OK else {
            throw CryptoError(String(cString: X509_verify_cert_error_string(Int(result))))
        }
        var text = [CChar](repeating: 0, count: 4096)
        let count = weir_uri_names(own, &text, Int32(text.count))
        guard count >= 0 else { throw CryptoError("the certificate has too many names") }
        let names = String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return names.split(separator: "\n").map { String($0) }
    }
}
