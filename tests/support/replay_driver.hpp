// SPDX-License-Identifier: Apache-2.0
// The whole pipeline in a test: packets in, lines of eve.json out.
#pragma once

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inspect/pipeline.hpp"
#include "tests/support/files.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/rule_text.hpp"

namespace weir::test {

/// Frames with times, in the order in which they are added.
class Traffic {
public:
    static constexpr Time begin = 1'700'000'000 * second;

    struct Stamped {
        Frame frame;
        Time time;
    };
    [[nodiscard]] const std::vector<Stamped>& packets() const { return packets_; }

    /// The next packets come this much later.
    Traffic& wait(Time time) {
        now_ += time;
        return *this;
    }
    /// The next packet comes at this time.
    Traffic& at(Time time) {
        now_ = time;
        return *this;
    }
    Traffic& add(Frame frame) {
        packets_.push_back({std::move(frame), now_});
        now_ += second / 1000;
        return *this;
    }
    struct End {
        std::string_view address;
        std::uint16_t port;
    };
    Traffic& udp(const End& from, const End& to, std::string_view payload) {
        return add(PacketBuilder{}.ethernet().ipv4(from.address, to.address).udp(from.port, to.port).payload(payload).bytes());
    }

private:
    std::vector<Stamped> packets_;
    Time now_ = begin;
};

/// One TCP session within some traffic.
class TcpTalk {
public:
    TcpTalk(Traffic& traffic, const Traffic::End& client, const Traffic::End& server) : traffic_(traffic), ends_{client, server} {}

    TcpTalk& handshake() {
        segment(Direction::to_server, 0x02, {});
        segment(Direction::to_client, 0x12, {});
        return segment(Direction::to_server, 0x10, {});
    }
    TcpTalk& send(std::string_view payload) { return segment(Direction::to_server, 0x18, payload); }
    TcpTalk& answer(std::string_view payload) { return segment(Direction::to_client, 0x18, payload); }
    TcpTalk& send(Bytes payload) { return send(as_text(payload)); }
    TcpTalk& answer(Bytes payload) { return answer(as_text(payload)); }
    /// The bytes are sent, but the capture has missed them.
    TcpTalk& lose(Direction direction, std::uint32_t count) {
        next_[static_cast<std::size_t>(direction)] += count;
        return *this;
    }
    TcpTalk& close() {
        segment(Direction::to_server, 0x11, {});
        segment(Direction::to_client, 0x11, {});
        return segment(Direction::to_server, 0x10, {});
    }

private:
    TcpTalk& segment(Direction direction, std::uint8_t flags, std::string_view payload) {
        const auto side = static_cast<std::size_t>(direction);
        const Traffic::End &from = ends_[side], &to = ends_[1 - side];
        traffic_.add(PacketBuilder{}
                         .ethernet()
                         .ipv4(from.address, to.address)
                         .tcp({.source_port = from.port,
                               .destination_port = to.port,
                               .flags = flags,
                               .sequence = next_[side],
                               .acknowledgement = (flags & 0x10) != 0 ? next_[1 - side] : 0})
                         .payload(payload)
                         .bytes());
        next_[side] += static_cast<std::uint32_t>(payload.size()) + ((flags & 0x03) != 0 ? 1 : 0);
        return *this;
    }

    Traffic& traffic_;
    std::array<Traffic::End, 2> ends_;
    std::array<std::uint32_t, 2> next_{1000, 5000};
};

/// What a replay is given beside its packets.
struct ReplaySetup {
    std::string policy{};                 ///< text of a policy; empty: none
    std::string rules{};                  ///< text of rules; empty: none
    std::vector<std::string> settings{};  ///< KEY=VALUE
    unsigned workers = 1;
};

/// Settings and compiled state as the program makes them of the same.
struct ReplayPlan {
    Config config;
    Shared shared;
};
inline ReplayPlan plan_of(const ReplaySetup& setup) {
    ReplayPlan plan;
    auto& [config, shared] = plan;
    for (const std::string& setting : setup.settings) {
        const std::size_t equals = setting.find('=');
        if (const auto wrong = set(config, setting.substr(0, equals), setting.substr(equals + 1))) throw std::runtime_error(*wrong);
    }
    if (!setup.policy.empty()) {
        auto policy = load_policy("policy.yaml", setup.policy);
        if (!policy) throw std::runtime_error(policy.error().front().text());
        shared.policy = std::move(*policy);
    }
    shared.rules = std::make_shared<RuleBook>(compiled_from(rules_from(setup.rules)));
    auto names = std::make_shared<EveNames>();
    if (shared.policy != nullptr)
        for (const Equipment& equipment : shared.policy->equipment())
            names->equipment.push_back({equipment.name, equipment.vendor, equipment.role, equipment.site});
    names->origins.push_back({"", "test.pcap"});
    shared.names = names;
    shared.identifier = std::make_shared<Identifier>();
    shared.services = std::make_shared<ServicePorts>();
    shared.eve.dns_version = config.dns_version;
    shared.eve.community_id_seed = config.community_id_seed;
    return plan;
}

/// One run over `traffic`.
class Replay {
public:
    using Json = nlohmann::json;

    explicit Replay(const Traffic& traffic, const ReplaySetup& setup = {}) {
        const auto [config, shared] = plan_of(setup);
        PipelineConfig pipeline;
        pipeline.workers = setup.workers;
        pipeline.collector.directory = folder_.path().string();
        write_capture(traffic);
        auto opened = Pipeline::open(config, pipeline, shared, {shared.rules, &shared.rules->rules->text()});
        if (!opened) throw std::runtime_error(opened.error());
        pipeline_ = std::move(*opened);
        CaptureSource source{{(folder_ / "test.pcap").string()}};
        if (const auto failed = pipeline_->run(source, [] {})) throw std::runtime_error(*failed);
        text_ = read_file(folder_ / "eve.json");
        std::istringstream lines{text_};
        for (std::string line; std::getline(lines, line);) lines_.push_back(Json::parse(line));
    }

    [[nodiscard]] const std::string& text() const { return text_; }
    /// The lines of that event_type.
    [[nodiscard]] std::vector<Json> of(std::string_view event_type) const {
        std::vector<Json> found;
        std::copy_if(lines_.begin(), lines_.end(), std::back_inserter(found),
                     [&](const Json& line) { return line.at("event_type") == event_type; });
        return found;
    }
    /// "gid:sid" of each alert, in order.
    [[nodiscard]] std::vector<std::string> alerts() const {
        std::vector<std::string> found;
        for (const Json& line : of("alert"))
            found.push_back(line.at("alert").at("gid").dump() + ':' + line.at("alert").at("signature_id").dump());
        return found;
    }
    /// `weir.kind` of each alert, in order.
    [[nodiscard]] std::vector<std::string> kinds() const {
        std::vector<std::string> found;
        for (const Json& line : of("alert")) found.push_back(line.at("weir").at("kind").get<std::string>());
        return found;
    }
    [[nodiscard]] const Pipeline& pipeline() const { return *pipeline_; }
    [[nodiscard]] const Worker& worker() const { return *pipeline_->workers()[0]; }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

private:
    void write_capture(const Traffic& traffic) const {
        std::ofstream file{folder_ / "test.pcap", std::ios::binary};
        const auto put = [&file](std::uint32_t number) { file.write(reinterpret_cast<const char*>(&number), sizeof number); };
        for (const std::uint32_t number : {0xa1b23c4du, 0x00040002u, 0u, 0u, 0x40000u, 1u}) put(number);
        for (const auto& [frame, time] : traffic.packets()) {
            put(static_cast<std::uint32_t>(time / second));
            put(static_cast<std::uint32_t>(time % second));
            put(static_cast<std::uint32_t>(frame.size()));
            put(static_cast<std::uint32_t>(frame.size()));
            file.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
        }
    }

    TemporaryFolder folder_;
    std::unique_ptr<Pipeline> pipeline_;
    std::string text_;
    std::vector<Json> lines_;
};

}  // namespace weir::test
