// SPDX-License-Identifier: Apache-2.0
#include "rules/language/files.hpp"

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("fields that hold files") {
    CHECK(file_fields().size() == 3);
    CHECK(carries_files(find_protocol("http")));
    CHECK(carries_files(find_protocol("ftp-data")));
    CHECK_FALSE(carries_files(find_protocol("ntp")));
    for (const FileField& file : file_fields()) CHECK(protocols()[file.app].fields[file.field].kind == FieldKind::buffer);
}

TEST_CASE("file.data in rules") {
    for (const Accepted& row : {
             Accepted{"file.data; content:\"a\"; file_data; content:\"b\";", "file.data:\n  content \"a\"\n  content \"b\"\n"},
             Accepted{"file_data; content:\"a\"; pkt_data; content:\"b\";", "payload:\n  content \"b\"\nfile.data:\n  content \"a\"\n"},
             Accepted{"http.uri; content:\"u\"; file_data; content:\"a\";", "http.uri:\n  content \"u\"\nfile.data:\n  content \"a\"\n",
                      "alert http any any -> any any"},
         })
        check_accepted(row);
    check_refused({"@file_data; content:\"a\";", "ssh carries no files that weir sees", "alert ssh any any -> any any"});
    check_refused({"@file_data; content:\"a\";", "file_data asks for TCP, which the rule's protocol rules out", "alert udp any any -> any any"});
}
