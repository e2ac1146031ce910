// SPDX-License-Identifier: Apache-2.0
// Questions and orders to a running sensor: a line of JSON each way, over a local socket.
#pragma once

#include <functional>
#include <array>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "parsers/base/result.hpp"

namespace weir {

/// `{"command": "status"}` is answered by `{"return": "OK", "message": ...}` or `{"return": "NOK", "message": "a sentence"}`, as Suricata's
/// command socket does. At most 16 clients and 64 KiB a line; who sends more is cut off.
class ControlSocket {
public:
    /// The answer to a command, or a sentence why there is none.
    using Answer = std::function<Result<nlohmann::json, std::string>(const std::string& command, const nlohmann::json& arguments)>;

    /// Listens at `file`, which owner and group may use (0660). The error is a sentence.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>, std::string> open(std::string file, Answer answer);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    /// Waits up to `milliseconds` for something to do, and does it.
    void turn(int milliseconds);

    /// Asks the sensor behind `file`: its answer, a line without the newline. The error is a sentence.
    [[nodiscard]] static Result<std::string, std::string> ask(const std::string& file, const std::string& line);

private:
    struct Client;
    ControlSocket(std::string file, int descriptor, Answer answer);
    [[nodiscard]] std::string answer_to(const std::string& line) const;
    [[nodiscard]] bool serve(Client& client) const;

    std::string file_;
    int descriptor_;
    Answer answer_;
    std::list<Client> clients_;
};

}  // namespace weir
