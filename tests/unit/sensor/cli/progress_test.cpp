// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/progress.hpp"

#include "tests/support/catch.hpp"

using namespace weir::cli;

TEST_CASE("progress: how far, how much longer, how fast") {
    CHECK(progress_line(25, 100, 1'500'000, 2, 100) ==
          "[=======                       ]  25 %  6 s left  1.50 million packets, 750.00 thousand/s");
    CHECK(progress_line(100, 100, 10, 1, 100) == "[==============================] 100 %  0 s left  10 packets, 10/s");
    CHECK(progress_line(1, 1000, 10, 7, 100).find("  0 %  1 h 56 min left") != std::string::npos);
    CHECK(progress_line(1, 100, 10, 1, 100).find("1 min 39 s left") != std::string::npos);
}

TEST_CASE("progress: where the end is not known, only how fast") {
    CHECK(progress_line(4096, 0, 12'345, 0.5, 100) == "12.35 thousand packets, 24.69 thousand/s");
    CHECK(progress_line(0, 100, 0, 0, 100) == "0 packets, 0/s");
}

TEST_CASE("progress: never wider than the terminal, and never beyond the end") {
    for (std::size_t columns = 0; columns < 120; ++columns) CHECK(progress_line(50, 100, 123'456'789, 10, columns).size() <= columns);
    CHECK(progress_line(50, 100, 1'000, 1, 70).front() == '[');
    CHECK(progress_line(50, 100, 1'000, 1, 58).front() == ' ');
    CHECK(progress_line(200, 100, 10, 1, 100).find("100 %  0 s left") != std::string::npos);  // the file has grown meanwhile
}
