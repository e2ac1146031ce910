// SPDX-License-Identifier: Apache-2.0
#include "parsers/ftp_data/ftp_data.hpp"

namespace weir::ftp_data {
namespace {

constexpr std::size_t start_size = 64;  // enough for a file's magic number

}  // namespace

Fed State::feed(Direction direction, Bytes data, Emit<Transaction> emit) noexcept {
    if (!started) {
        if (data.size() < start_size) return Fed::need_more(0, start_size);
        started = true;
        Transaction transaction;
        transaction.start = data.first(start_size);
        emit(transaction, direction == Direction::to_server ? Report::request : Report::response, direction);
    }
    bytes[static_cast<std::size_t>(direction)] += data.size();
    return Fed::ok(data.size());
}

Fed State::gap(Direction direction, std::uint64_t missing, Emit<Transaction>) noexcept {
    started = true;
    bytes[static_cast<std::size_t>(direction)] += missing;
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.to_server = bytes[0];
    transaction.to_client = bytes[1];
    emit(transaction, Report::log, Direction::to_client);
}

}  // namespace weir::ftp_data
