// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/service_notify.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;

namespace {

/// What systemd is to the service: a socket that takes datagrams.
class Listener {
public:
    /// A name that begins with `@` has no file.
    explicit Listener(const std::string& name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') address.sun_path[0] = '\0';
        REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
    }
    ~Listener() { ::close(descriptor_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// The next datagram; empty: there is none.
    [[nodiscard]] std::string heard() const {
        std::array<char, 4096> room;
        const ssize_t got = ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT);
        return {room.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

private:
    int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

ServiceNotify started_with(const char* socket, const char* watchdog = nullptr, const char* pid = nullptr) {
    const auto put = [](const char* name, const char* value) { value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name); };
    put("NOTIFY_SOCKET", socket);
    put("WATCHDOG_USEC", watchdog);
    put("WATCHDOG_PID", pid);
    return {};
}

}  // namespace

TEST_CASE("service notify: systemd hears what is said, and other processes nothing of it") {
    const test::TemporaryFolder folder;
    const std::string name = (folder / "notify").string();
    const Listener systemd{name};
    const ServiceNotify service = started_with(name.c_str(), "1000000");
    for (const char* const variable : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) CHECK(std::getenv(variable) == nullptr);
    CHECK(systemd.heard().empty());
    service.say("READY=1\nSTATUS=watches eth0");
    service.say("WATCHDOG=1");
    CHECK(systemd.heard() == "READY=1\nSTATUS=watches eth0");
    CHECK(systemd.heard() == "WATCHDOG=1");
    CHECK(systemd.heard().empty());
}

TEST_CASE("service notify: a socket without a file") {
    const std::string name = "@weir-test-" + std::to_string(::getpid());
    const Listener systemd{name};
    started_with(name.c_str()).say("READY=1");
    CHECK(systemd.heard() == "READY=1");
}

TEST_CASE("service notify: a reload is told with the time") {
    const test::TemporaryFolder folder;
    const std::string name = (folder / "notify").string();
    const Listener systemd{name};
    timespec before{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    started_with(name.c_str()).reloading();
    const std::string heard = systemd.heard(), begin = "RELOADING=1\nMONOTONIC_USEC=";
    REQUIRE(heard.starts_with(begin));
    const long long said = std::stoll(heard.substr(begin.size())), least = before.tv_sec * 1'000'000LL + before.tv_nsec / 1000;
    CHECK(said >= least);
    CHECK(said < least + 10'000'000);
}

TEST_CASE("service notify: how often the watchdog is fed") {
    const std::string own = std::to_string(::getpid()), other = std::to_string(::getpid() + 1);
    struct Case {
        const char* usec;
        const char* pid;
        std::optional<std::chrono::milliseconds> period;
    };
    using std::chrono::milliseconds;
    for (const Case& c : {Case{nullptr, nullptr, {}}, Case{"2000000", nullptr, milliseconds{1000}}, Case{"2000000", own.c_str(), milliseconds{1000}}, Case{"2000000", other.c_str(), {}},
                          Case{"0", nullptr, {}}, Case{"-5", nullptr, {}}, Case{"soon", nullptr, {}}, Case{"", nullptr, {}}}) {
        INFO((c.usec != nullptr ? c.usec : "none") << " for " << (c.pid != nullptr ? c.pid : "anybody"));
        CHECK(started_with(nullptr, c.usec, c.pid).watchdog() == c.period);
    }
}

TEST_CASE("service notify: without systemd nothing happens") {
    started_with(nullptr).say("READY=1");
    started_with("").say("READY=1");
    started_with("/nowhere/at/all").say("READY=1");
    started_with(std::string(500, 'x').c_str()).reloading();
    SUCCEED();
}
