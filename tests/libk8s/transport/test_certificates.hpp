// SPDX-License-Identifier: Apache-2.0
// A certificate authority and what it signs, made in memory for one test.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "libk8s/base/check.hpp"
#include "libk8s/base/secret_bytes.hpp"

namespace k8s::testing {

class KeyAndCertificate {
 public:
  // Signed by `issuer`, or by itself as a CA. subject_alt_name as in openssl.cnf: "IP:127.0.0.1,DNS:localhost".
  KeyAndCertificate(const std::string& common_name, const std::string& subject_alt_name,
                    const KeyAndCertificate* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* x = certificate_.get();
    static long serial = 1;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer != nullptr ? issuer->certificate_.get() : x));
    if (issuer == nullptr) extend(NID_basic_constraints, "critical,CA:TRUE");
    if (!subject_alt_name.empty()) extend(NID_subject_alt_name, subject_alt_name);
    check(X509_sign(x, issuer != nullptr ? issuer->key_.get() : key_.get(), EVP_sha256()) > 0, "OpenSSL signs");
  }

  std::string certificate_pem() const {
    return pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate_.get()); });
  }
  std::string key_pem() const {
    return pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

 private:
  void extend(int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    check(extension != nullptr, "OpenSSL takes the extension");
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  template <class Write>
  static std::string pem(Write&& write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> certificate_;
};

// One authority for a whole test program: making keys is the slow part.
struct Authority {
  KeyAndCertificate ca{"test-ca", ""};
  KeyAndCertificate server{"test-server", "IP:127.0.0.1,DNS:api.test", &ca};
  KeyAndCertificate client{"test-client", "", &ca};

  static const Authority& shared() {
    static const Authority authority;
    return authority;
  }
};

}  // namespace k8s::testing
