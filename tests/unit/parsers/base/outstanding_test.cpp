// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/outstanding.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("outstanding: the oldest is found first, and lost first") {
    Outstanding<int, 3> requests;
    std::vector<int> lost;
    const auto note = [&](const int& request) { lost.push_back(request); };
    for (const int request : {10, 21, 30, 41}) CHECK(requests.add(request, note) == request);
    CHECK(lost == std::vector<int>{10});
    int* const odd = requests.find([](const int& request) { return request % 2 == 1; });
    REQUIRE(odd != nullptr);
    CHECK(*odd == 21);
    requests.remove(*odd);
    CHECK(std::vector<int>(requests.begin(), requests.end()) == std::vector<int>{30, 41});
    CHECK(requests.find([](const int& request) { return request == 21; }) == nullptr);
    requests.clear();
    CHECK(requests.empty());
}
