// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/control_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using nlohmann::json;

namespace {

/// Repeats what it is asked; some commands it does not know.
Result<json, std::string> repeat(const std::string& command, const json& arguments) {
    if (command == "none") return Unexpected{std::string{"no such command"}};
    if (command == "long") return json(std::string(100'000, 'x'));
    return json{{"command", command}, {"arguments", arguments}};
}

struct Sensor {
    test::TemporaryFolder folder;
    std::string file = (folder / "control.sock").string();
    int asked = 0;
    std::unique_ptr<ControlSocket> socket = *ControlSocket::open(file, [this](const std::string& command, const json& arguments) {
        ++asked;
        return repeat(command, arguments);
    });
    void turns(int count = 20) const {
        for (int i = 0; i < count; ++i) socket->turn(0);
    }
};

/// A client that does as it likes.
class Client {
public:
    explicit Client(const Sensor& sensor) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, sensor.file.c_str(), sensor.file.size() + 1);
        REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    /// How much of it was taken.
    std::size_t send(std::string_view text) const {
        const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent < 0 ? 0 : static_cast<std::size_t>(sent);
    }
    [[nodiscard]] std::string received() const {
        std::string out;
        std::array<char, 65'536> room;
        for (ssize_t got; (got = ::recv(descriptor_, room.data(), room.size(), MSG_DONTWAIT)) > 0;) out.append(room.data(), static_cast<std::size_t>(got));
        return out;
    }
    [[nodiscard]] bool hung_up() const {
        char byte;
        const ssize_t got = ::recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
        return got == 0 || (got < 0 && errno != EAGAIN);
    }

private:
    int descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace

TEST_CASE("control socket: a line is answered by a line") {
    struct Case {
        std::string line, answer;
    };
    const std::string usage = R"({"message":"expected a line such as {\"command\": \"status\"}","return":"NOK"})";
    const Sensor sensor;
    const Client client{sensor};
    for (const Case& c : {Case{R"({"command":"status"})", R"({"message":{"arguments":{},"command":"status"},"return":"OK"})"},
                          Case{R"( {"arguments": [1, {"a": null}], "command": "x", "more": 1} )", R"({"message":{"arguments":[1,{"a":null}],"command":"x"},"return":"OK"})"},
                          Case{R"({"command":"none"})", R"({"message":"no such command","return":"NOK"})"}, Case{"", usage}, Case{"status", usage}, Case{"{", usage}, Case{"[]", usage},
                          Case{"null", usage}, Case{"{}", usage}, Case{R"({"command":7})", usage}, Case{R"({"Command":"status"})", usage}, Case{std::string(30'000, '['), usage},
                          Case{"\x80\xff", usage}, Case{std::string("\0\0", 2), usage}}) {
        INFO(c.line.substr(0, 60));
        CHECK(client.send(c.line + '\n') == c.line.size() + 1);
        sensor.turns();
        CHECK(client.received() == c.answer + '\n');
    }
    CHECK(!client.hung_up());
}

TEST_CASE("control socket: lines in pieces, and several at once") {
    const Sensor sensor;
    const Client client{sensor};
    for (const char c : std::string_view{R"({"command":"a"})"}) {
        client.send({&c, 1});
        sensor.turns(1);
    }
    sensor.turns();
    CHECK(sensor.asked == 0);
    client.send("\n{\"command\":\"b\"}\n{\"command\":\"c\"}\n{\"com");
    sensor.turns();
    CHECK(sensor.asked == 3);
    const std::string answers = client.received();
    CHECK(std::count(answers.begin(), answers.end(), '\n') == 3);
    CHECK(answers.find("\"a\"") < answers.find("\"b\""));
    CHECK(answers.find("\"b\"") < answers.find("\"c\""));
    client.send("mand\":\"d\"}\n");
    sensor.turns();
    CHECK(client.received().find("\"d\"") != std::string::npos);
}

TEST_CASE("control socket: who sends too long a line is cut off, others are not") {
    const Sensor sensor;
    const Client good{sensor}, bad{sensor};
    for (int i = 0; i < 20; ++i) {
        bad.send(std::string(8192, 'x'));
        sensor.turns(2);
    }
    CHECK(bad.hung_up());
    CHECK(sensor.asked == 0);
    good.send("{\"command\":\"status\"}\n");
    sensor.turns();
    CHECK(good.received().find("OK") != std::string::npos);
}

TEST_CASE("control socket: who does not read is not answered on and on") {
    const Sensor sensor;
    const Client client{sensor};
    const std::string question = "{\"command\":\"long\"}\n";
    std::size_t sent = 0;
    for (int i = 0; i < 2000; ++i) {
        sent += client.send(question);
        sensor.turns(1);
    }
    CHECK(sensor.asked < 20);  // as many answers as the system keeps for it, and one
    std::string answers;
    for (int i = 0; i < 20'000 && static_cast<std::size_t>(std::count(answers.begin(), answers.end(), '\n')) < sent / question.size(); ++i) {
        sensor.turns(1);
        answers += client.received();
    }
    CHECK(static_cast<std::size_t>(std::count(answers.begin(), answers.end(), '\n')) == sent / question.size());  // none is lost
}

TEST_CASE("control socket: sixteen clients, no more") {
    const Sensor sensor;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(std::make_unique<Client>(sensor));
        sensor.turns(2);
    }
    const Client one_too_many{sensor};
    sensor.turns();
    CHECK(one_too_many.hung_up());
    for (const auto& client : clients) CHECK(!client->hung_up());
    clients.pop_back();
    sensor.turns();
    const Client another{sensor};
    another.send("{\"command\":\"status\"}\n");
    sensor.turns();
    CHECK(another.received().find("OK") != std::string::npos);
}

TEST_CASE("control socket: owner and group may use it, and it goes with the sensor") {
    std::string file;
    {
        const Sensor sensor;
        file = sensor.file;
        struct stat status {};
        REQUIRE(::stat(file.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0660);
        CHECK(ControlSocket::open(file, repeat));  // what a sensor has left behind is no hindrance
    }
    CHECK(!std::filesystem::exists(file));
}

TEST_CASE("control socket: asking") {
    const Sensor sensor;
    std::atomic<bool> done{false};
    std::thread serving{[&] {
        while (!done) sensor.socket->turn(5);
    }};
    const auto answer = ControlSocket::ask(sensor.file, R"({"command":"status"})"), long_answer = ControlSocket::ask(sensor.file, R"({"command":"long"})");
    done = true;
    serving.join();
    REQUIRE((answer && long_answer));
    CHECK(json::parse(*answer).at("return") == "OK");
    CHECK(json::parse(*long_answer).at("message").get<std::string>().size() == 100'000);
}

TEST_CASE("control socket: what cannot be asked or opened is told in a sentence") {
    const test::TemporaryFolder folder;
    const std::string none = (folder / "none").string(), long_name = (folder / std::string(120, 'x')).string();
    const auto refused = ControlSocket::ask(none, "{}");
    REQUIRE(!refused);
    CHECK(refused.error().starts_with(none + ": no sensor answers: "));
    CHECK(!ControlSocket::ask(long_name, "{}"));
    const auto not_opened = ControlSocket::open(long_name, repeat);
    REQUIRE(!not_opened);
    CHECK(not_opened.error() == long_name + ": too long a name for a socket");
    const auto nowhere = ControlSocket::open((folder / "no" / "folder").string(), repeat);
    REQUIRE(!nowhere);
    CHECK(nowhere.error().find("cannot be listened on") != std::string::npos);
}
