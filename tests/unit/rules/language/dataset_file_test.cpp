// SPDX-License-Identifier: Apache-2.0
#include "rules/language/dataset_file.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

namespace {

struct Read {
    std::vector<DatasetMember> members;
    std::vector<FileError> errors;
};
Read read(Dataset::Type type, std::string_view text, bool reputation = false) {
    Read out;
    Dataset dataset;
    dataset.type = type;
    dataset.reputation = reputation;
    out.errors = read_dataset_file("d.lst", text, dataset, 0, out.members);
    sort_dataset_members(out.members);
    return out;
}
bool holds(const Read& read, Dataset::Type type, std::string_view buffer) {
    const auto wanted = dataset_member(type, 0, as_bytes(buffer));
    if (!wanted) return false;
    for (const DatasetMember& member : read.members)
        if (member.same(*wanted)) return true;
    return false;
}

}  // namespace

TEST_CASE("members by type") {
    using Type = Dataset::Type;
    const Read strings = read(Type::string, "# comment\nZXZpbA==\r\n\nZXZpbDI=\nZXZpbA==\n");
    CHECK(strings.errors.empty());
    CHECK(strings.members.size() == 2);
    CHECK(holds(strings, Type::string, "evil"));
    CHECK(holds(strings, Type::string, "evil2"));
    CHECK_FALSE(holds(strings, Type::string, "evi"));

    const Read digests = read(Type::md5, "00112233445566778899AABBCCDDEEFF\n");
    CHECK(holds(digests, Type::md5, std::string_view("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16)));
    CHECK_FALSE(holds(digests, Type::md5, "short"));

    const Read addresses = read(Type::ip, "10.0.0.1\n2001:db8::1\n");
    CHECK(holds(addresses, Type::ip, std::string_view("\x0a\x00\x00\x01", 4)));
    CHECK(holds(addresses, Type::ip, std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16)));
    CHECK_FALSE(holds(addresses, Type::ip, std::string_view("\x0a\x00\x00\x02", 4)));
    CHECK(holds(read(Type::ipv4, "10.0.0.1"), Type::ipv4, std::string_view("\x0a\x00\x00\x01", 4)));
}

TEST_CASE("values, and lines that are none") {
    using Type = Dataset::Type;
    const Read good = read(Type::ip, "10.0.0.1,200\n10.0.0.1,7\n", true);
    REQUIRE(good.members.size() == 1);
    CHECK(good.members[0].value == 200);
    const Read bad = read(Type::ip, "10.0.0.1\n10.0.0.1,65536\nnobody,1\n", true);
    CHECK(bad.members.empty());
    REQUIRE(bad.errors.size() == 3);
    CHECK(bad.errors[0].text() == "d.lst:1: a value is missing: expected `member,value`");
    CHECK(bad.errors[2].text() == "d.lst:3: \"nobody\" is no member of the set: expected an address");
    CHECK(read(Type::md5, "0011\n").errors.size() == 1);
    CHECK(read(Type::sha256, "zz\n").errors.size() == 1);
    CHECK(read(Type::string, "not base64!\n").errors.size() == 1);
    CHECK(read(Type::ipv4, "2001:db8::1\n").errors.size() == 1);
}
