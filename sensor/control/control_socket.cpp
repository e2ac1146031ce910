// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/control_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace weir {
namespace {

constexpr std::size_t most_clients = 16;
constexpr std::size_t longest_line = 64u << 10;
constexpr int answer_patience = 30'000;  // milliseconds that `ask` waits

std::string failed(const std::string& file, const char* what) { return file + ": " + what + ": " + std::strerror(errno); }

std::optional<sockaddr_un> address_of(const std::string& file) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (file.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, file.c_str(), file.size() + 1);
    return address;
}

}  // namespace

struct ControlSocket::Client {
    explicit Client(int number) noexcept : descriptor(number) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(descriptor); }
    int descriptor;
    std::string in, out;
};

ControlSocket::ControlSocket(std::string file, int descriptor, Answer answer) : file_(std::move(file)), descriptor_(descriptor), answer_(std::move(answer)) {}

ControlSocket::~ControlSocket() {
    ::close(descriptor_);
    ::unlink(file_.c_str());
}

Result<std::unique_ptr<ControlSocket>, std::string> ControlSocket::open(std::string file, Answer answer) {
    const auto address = address_of(file);
    if (!address) return Unexpected{file + ": too long a name for a socket"};
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Unexpected{failed(file, "no socket")};
    ::unlink(file.c_str());
    const mode_t before = ::umask(0117);
    const bool bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
    ::umask(before);
    if (!bound || ::listen(descriptor, 8) != 0) {
        const std::string why = failed(file, "cannot be listened on");
        ::close(descriptor);
        return Unexpected{why};
    }
    return std::unique_ptr<ControlSocket>{new ControlSocket{std::move(file), descriptor, std::move(answer)}};
}

std::string ControlSocket::answer_to(const std::string& line) const {
    nlohmann::json out;
    const nlohmann::json question = nlohmann::json::parse(line, nullptr, false);
    const auto command = question.is_object() ? question.find("command") : question.end();
    if (!question.is_object() || command == question.end() || !command->is_string()) {
        out["return"] = "NOK";
        out["message"] = "expected a line such as {\"command\": \"status\"}";
    } else {
        const auto answer = answer_(command->get<std::string>(), question.value("arguments", nlohmann::json::object()));
        out["return"] = answer ? "OK" : "NOK";
        if (answer)
            out["message"] = *answer;
        else
            out["message"] = answer.error();
    }
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

/// Answers what has come, one line after the other, as far as the client takes the answers: who does not read them is not heard, either.
/// False when the client is gone.
bool ControlSocket::serve(Client& client) const {
    std::array<char, 4096> room;
    for (bool heard = false;;) {
        while (!client.out.empty()) {
            const ssize_t sent = ::send(client.descriptor, client.out.data(), client.out.size(), MSG_NOSIGNAL);
            if (sent < 0) return errno == EAGAIN || errno == EINTR;
            client.out.erase(0, static_cast<std::size_t>(sent));
        }
        if (const std::size_t end = client.in.find('\n'); end != std::string::npos) {
            client.out = answer_to(client.in.substr(0, end));
            client.in.erase(0, end + 1);
            continue;
        }
        if (client.in.size() > longest_line) return false;
        if (std::exchange(heard, true)) return true;  // others wait
        const ssize_t got = ::recv(client.descriptor, room.data(), room.size(), 0);
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN || errno == EINTR;
        client.in.append(room.data(), static_cast<std::size_t>(got));
    }
}

void ControlSocket::turn(int milliseconds) {
    std::vector<pollfd> watched{{descriptor_, POLLIN, 0}};
    for (const Client& client : clients_) watched.push_back({client.descriptor, static_cast<short>(client.out.empty() ? POLLIN : POLLOUT), 0});
    if (::poll(watched.data(), watched.size(), milliseconds) <= 0) return;
    std::size_t number = 1;
    for (auto client = clients_.begin(); client != clients_.end(); ++number) {
        const bool stays = watched[number].revents == 0 || serve(*client);
        client = stays ? std::next(client) : clients_.erase(client);
    }
    if ((watched[0].revents & POLLIN) == 0) return;
    const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    if (clients_.size() >= most_clients)
        ::close(descriptor);
    else
        clients_.emplace_back(descriptor);
}

Result<std::string, std::string> ControlSocket::ask(const std::string& file, const std::string& line) {
    const auto address = address_of(file);
    if (!address) return Unexpected{file + ": too long a name for a socket"};
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Unexpected{failed(file, "no socket")};
    const Client closes{descriptor};
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) return Unexpected{failed(file, "no sensor answers")};
    const std::string question = line + '\n';
    if (::send(descriptor, question.data(), question.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(question.size())) return Unexpected{failed(file, "cannot be asked")};
    std::string answer;
    std::array<char, 4096> room;
    while (answer.find('\n') == std::string::npos) {
        pollfd ready{descriptor, POLLIN, 0};
        if (::poll(&ready, 1, answer_patience) != 1) return Unexpected{file + ": no answer"};
        const ssize_t got = ::recv(descriptor, room.data(), room.size(), 0);
        if (got <= 0) return Unexpected{file + ": the sensor has hung up"};
        answer.append(room.data(), static_cast<std::size_t>(got));
    }
    return answer.substr(0, answer.find('\n'));
}

}  // namespace weir
