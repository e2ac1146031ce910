// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/digest.hpp"

#include <openssl/crypto.h>

#include <cstdlib>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
std::size_t allocations = 0;
void* count_malloc(std::size_t size, const char*, int) { return ++allocations, std::malloc(size); }
void* count_realloc(void* memory, std::size_t size, const char*, int) { return ++allocations, std::realloc(memory, size); }
void count_free(void* memory, const char*, int) { std::free(memory); }
const bool counting = CRYPTO_set_mem_functions(count_malloc, count_realloc, count_free) == 1;
}  // namespace

TEST_CASE("digest: the examples of RFC 1321 and FIPS 180") {
    const Bytes abc = as_bytes("abc");
    CHECK(md5(abc).text() == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(sha1(abc).text() == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(sha256(abc).text() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(raw_sha256(abc)[0] == 0xba);
    CHECK(raw_sha256(abc)[31] == 0xad);
    CHECK(md5(Bytes{}).text() == "d41d8cd98f00b204e9800998ecf8427e");
    const std::array pieces{as_bytes("a"), Bytes{}, as_bytes("bc")};
    CHECK(md5(pieces).text() == md5(abc).text());
}

TEST_CASE("digest: OpenSSL allocates nothing, from the first call on") {
    if (!counting) {
        WARN("OpenSSL does not take other allocators any more: not counted");
        return;
    }
    const std::size_t before = allocations;
    for (int i = 0; i < 3; ++i) {
        (void)md5(as_bytes("a"));
        (void)sha1(as_bytes("a"));
        (void)sha256(as_bytes("a"));
    }
    CHECK(allocations == before);
}
