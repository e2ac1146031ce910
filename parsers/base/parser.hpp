// SPDX-License-Identifier: Apache-2.0
// The interface of an application protocol: probe (is it mine?), feed (here are bytes), and its tables. A parser is a
// plain type; `describe<Parser>()` turns it into a constant ParserInfo, which is all that the rest of weir knows of it.
#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>

#include "parsers/base/bytes.hpp"
#include "parsers/base/field.hpp"
#include "parsers/base/ip_address.hpp"

namespace weir {

/// Seen from the protocol's roles: towards the end that serves, or towards the client.
enum class Direction : std::uint8_t { to_server, to_client };

[[nodiscard]] constexpr Direction opposite(Direction direction) noexcept {
    return direction == Direction::to_server ? Direction::to_client : Direction::to_server;
}

/// What brings the bytes: a stream (TCP), or one piece after the other: datagrams, user messages of SCTP, what stands right behind
/// IP, messages inside the transactions of another protocol (`Emit::carries`).
enum class Transport : std::uint8_t { tcp, udp, sctp, ip, inside };
inline constexpr std::array<std::string_view, 5> transport_names{"tcp", "udp", "sctp", "ip", "inside"};
[[nodiscard]] constexpr std::string_view name_of(Transport transport) noexcept { return transport_names[static_cast<std::size_t>(transport)]; }

/// A port on which a protocol usually lives: its parser is asked first there, and never trusted for it.
struct Hint {
    Transport transport;
    std::uint16_t port;  ///< right behind IP: the protocol number
    static constexpr Hint tcp(std::uint16_t port) noexcept { return {Transport::tcp, port}; }
    static constexpr Hint udp(std::uint16_t port) noexcept { return {Transport::udp, port}; }
    static constexpr Hint sctp(std::uint16_t port) noexcept { return {Transport::sctp, port}; }
    static constexpr Hint ip(std::uint8_t protocol) noexcept { return {Transport::ip, protocol}; }
};

/// The first payload of one direction of a session, offered to a parser's probe.
struct Offer {
    Bytes data;                ///< from the first payload byte of this direction; more may come (TCP), or one piece (others)
    Transport transport;
    Direction direction;       ///< as the transport shows it (who opened); the protocol may see it the other way round
    bool port_matches = false; ///< one of the session's ports is one of the parser's hints: weak signs may then suffice
    std::uint32_t payload_protocol = 0;  ///< SCTP: the identifier in the chunk, RFC 9260 section 3.3.1; 0: unspecified
};

/// A probe's answer.
struct Probe {
    enum class Answer : std::uint8_t { no_match, need_more, match };
    enum class Sender : std::uint8_t { unknown, client, server };
    Answer answer = Answer::no_match;
    Sender sender = Sender::unknown;  ///< which role the protocol shows for the end that sent these bytes

    static constexpr Probe no() noexcept { return {}; }
    static constexpr Probe more() noexcept { return {Answer::need_more, Sender::unknown}; }
    static constexpr Probe yes(Sender sender = Sender::unknown) noexcept { return {Answer::match, sender}; }
};

/// What a parser made of the bytes that it was fed.
///
/// TCP: bytes that were not consumed are kept by the stream and offered again, with what came after, at the next call.
/// Others: one call per datagram or message; what is not consumed is dropped.
struct Fed {
    enum class Status : std::uint8_t {
        ok,         ///< went through everything it could; call again when bytes come
        need_more,  ///< an element is incomplete: call again when at least `want` bytes are there (0: any more)
        done,       ///< wants no more bytes of this direction (encrypted from here on, or given up quietly)
        upgraded,   ///< after the consumed bytes, in both directions, another protocol is spoken: it is identified anew, unless
                    ///< Emit::continues_as has named it
        malformed,  ///< not this protocol, or broken beyond repair: the session's parsing ends, counted as an anomaly
    };
    Status status = Status::ok;
    std::size_t consumed = 0;  ///< never more than was given
    std::size_t want = 0;      ///< with need_more: total bytes (of what is not consumed) needed before the next call
    std::uint64_t skip = 0;    ///< bytes after the consumed ones that the parser does not want to see (bodies, bulk)

    static constexpr Fed ok(std::size_t consumed) noexcept { return {Status::ok, consumed, 0, 0}; }
    static constexpr Fed need_more(std::size_t consumed, std::size_t want = 0) noexcept { return {Status::need_more, consumed, want, 0}; }
    static constexpr Fed skip_after(std::size_t consumed, std::uint64_t skip) noexcept { return {Status::ok, consumed, 0, skip}; }
    static constexpr Fed done(std::size_t consumed) noexcept { return {Status::done, consumed, 0, 0}; }
    static constexpr Fed upgraded(std::size_t consumed) noexcept { return {Status::upgraded, consumed, 0, 0}; }
    static constexpr Fed malformed() noexcept { return {Status::malformed, 0, 0, 0}; }
};

/// What a transaction report is for. Several may be set.
enum class Report : std::uint8_t {
    request = 1,   ///< the part sent towards the server is complete: rules judge it
    response = 2,  ///< the part sent towards the client is complete: rules judge it
    log = 4,       ///< write the EVE event now
    again = 8,     ///< with request or response: that part was reported before, now with more of it
};
[[nodiscard]] constexpr Report operator|(Report left, Report right) noexcept {
    return static_cast<Report>(static_cast<std::uint8_t>(left) | static_cast<std::uint8_t>(right));
}
[[nodiscard]] constexpr bool has(Report set, Report flag) noexcept {
    return (static_cast<std::uint8_t>(set) & static_cast<std::uint8_t>(flag)) != 0;
}

/// A session that the protocol announces inside another one (FTP data, TFTP transfer): it belongs to its parent.
struct Expectation {
    Transport transport = Transport::tcp;
    Direction opened_towards = Direction::to_server;  ///< to_server: the client will open it; to_client: the server will
    IpAddress address{};         ///< where it will be accepted; `::` = the accepting end's own address
    std::uint16_t port = 0;      ///< where it will be accepted; 0 = the port which that end uses in the parent session
    std::string_view protocol{}; ///< parser that will read it (a name in the registry); empty: identified as any other
    std::array<char, 64> label{};///< what it carries (a file name), zero-terminated, for logs
};

/// Malformed or odd, no threat yet. `id` is the row number that `emit.anomaly` takes; `event` the EVE name.
struct Anomaly {
    unsigned id;
    std::string_view event;
    std::string_view doc;
};

/// Memory for what a transaction shows but the wire does not hold in one piece (decompressed names, joined lines).
/// Reset by the caller before each feed; a request that does not fit gets less or nothing, never the heap.
class Scratch {
public:
    explicit Scratch(std::span<std::uint8_t> memory) noexcept : memory_(memory) {}
    /// `count` bytes, or as many as are left.
    [[nodiscard]] std::span<std::uint8_t> take(std::size_t count) noexcept {
        const std::size_t given = count < memory_.size() - used_ ? count : memory_.size() - used_;
        const auto piece = memory_.subspan(used_, given);
        used_ += given;
        return piece;
    }
    /// `count` objects of a trivial type, value-initialised; empty when they do not fit.
    template <class T>
    [[nodiscard]] std::span<T> array(std::size_t count) noexcept {
        static_assert(std::is_trivially_destructible_v<T>);
        const std::size_t base = reinterpret_cast<std::uintptr_t>(memory_.data()) + used_;
        const std::size_t pad = (alignof(T) - base % alignof(T)) % alignof(T);
        const std::size_t left = memory_.size() - used_;
        if (pad > left || count > (left - pad) / sizeof(T)) return {};
        T* const first = reinterpret_cast<T*>(memory_.data() + used_ + pad);
        std::uninitialized_value_construct_n(first, count);
        used_ += pad + count * sizeof(T);
        return {first, count};
    }
    /// Gives back the last `count` bytes taken by the latest `take` (a name that came out shorter than feared).
    void give_back(std::size_t count) noexcept { used_ -= count < used_ ? count : used_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return memory_.size() - used_; }
    void reset() noexcept { used_ = 0; }

private:
    std::span<std::uint8_t> memory_;
    std::size_t used_ = 0;
};

struct ParserInfo;

/// Where a parser's results go. One indirect call per transaction, none per packet.
class Sink {
public:
    explicit Sink(Scratch& memory) noexcept : scratch(memory) {}
    /// `transaction` and everything it points to dies when the call returns.
    virtual void transaction(const ParserInfo& parser, const void* transaction, Report report, Direction direction) noexcept = 0;
    virtual void anomaly(const ParserInfo& parser, unsigned id, Direction direction) noexcept = 0;
    virtual void expect(const ParserInfo& parser, const Expectation& expectation) noexcept = 0;
    virtual void roles(const ParserInfo& parser, bool opposite) noexcept = 0;
    virtual void continues_as(const ParserInfo& parser, std::string_view protocol, std::string_view label) noexcept = 0;
    virtual void carries(const ParserInfo& parser, Bytes message, Direction direction) noexcept = 0;

    Scratch& scratch;

protected:
    ~Sink() = default;
};

/// The typed face of a Sink inside one parser. `T` is its Transaction.
template <class T>
class Emit {
public:
    Emit(Sink& sink, const ParserInfo& parser) noexcept : sink_(&sink), parser_(&parser) {}
    /// Reports a transaction; `direction` is that of the bytes that completed it.
    void operator()(const T& transaction, Report report, Direction direction) const noexcept {
        sink_->transaction(*parser_, &transaction, report, direction);
    }
    void anomaly(unsigned id, Direction direction) const noexcept { sink_->anomaly(*parser_, id, direction); }
    void expect(const Expectation& expectation) const noexcept { sink_->expect(*parser_, expectation); }
    /// For parsers with `late_roles`, once: who serves has shown itself. `opposite`: the server sends what is fed as `to_server`;
    /// later feeds stay as they are.
    void roles(bool opposite) const noexcept { sink_->roles(*parser_, opposite); }
    /// Right before Fed::upgraded, where the protocol itself names what follows: `protocol` (a name in the registry) reads it
    /// without being asked whether the bytes are its own, and its `State::announced` gets `label`.
    void continues_as(std::string_view protocol, std::string_view label) const noexcept { sink_->continues_as(*parser_, protocol, label); }
    /// Right behind the report of a transaction: it holds a message (or as much of one as is looked at), which may be of a protocol
    /// that lives inside this one. Its parser takes memory of the same scratch.
    void carries(Bytes message, Direction direction) const noexcept { sink_->carries(*parser_, message, direction); }
    [[nodiscard]] Scratch& scratch() const noexcept { return sink_->scratch; }

private:
    Sink* sink_;
    const ParserInfo* parser_;
};

/// A parser as the rest of weir sees it: constant, type-erased, one per protocol.
struct ParserInfo {
    std::string_view name;   ///< as in `app_proto`, rule headers, `app-layer-protocol`, metric labels
    std::string_view event;  ///< EVE event_type; empty: no event of its own
    std::string_view doc;    ///< one line for `weir protocols`
    std::span<const Hint> hints;
    std::span<const Field> fields;
    std::span<const Anomaly> anomalies;
    std::size_t state_size;
    std::array<bool, transport_names.size()> over;  ///< by Transport: see runs_over
    std::span<const std::string_view> carriers;     ///< the protocols inside which its messages stand
    bool late_roles;  ///< the first bytes do not tell who is the client; `Emit::roles` does, later
    Probe (*probe)(const Offer&) noexcept;
    void (*start)(void* state) noexcept;  ///< constructs the state in memory of `state_size` bytes, 16-byte aligned
    void (*begin)(void* state, Transport) noexcept;  ///< called once after start; null: the transport makes no difference
    Fed (*feed)(void* state, Direction, Bytes, Sink&, const ParserInfo&) noexcept;
    Fed (*gap)(void* state, Direction, std::uint64_t missing, Sink&, const ParserInfo&) noexcept;  ///< null: give up at a gap
    void (*end)(void* state, Direction, Bytes unconsumed, Sink&, const ParserInfo&) noexcept;     ///< null: bytes left over say nothing
    void (*finish)(void* state, Sink&, const ParserInfo&) noexcept;                                ///< null: nothing to flush
    void (*announced)(void* state, std::string_view label) noexcept;  ///< null: what a parent session says it carries is of no use

    [[nodiscard]] constexpr bool runs_over(Transport transport) const noexcept { return over[static_cast<std::size_t>(transport)]; }
};

inline constexpr std::size_t max_state_size = 8192;

/// What every parser promises. Optional members: `event` (default: name), `tcp`/`udp` (default: from the hints), `late_roles`,
/// `carriers` (names of the protocols inside which its messages stand: each is fed to a state of its own),
/// `State::begin(Transport)`, `State::gap(Direction, std::uint64_t, Emit)`,
/// `State::end(Direction, Bytes, Emit)` (a stream has ended with bytes that were not consumed), `State::finish(Emit)`,
/// `State::announced(std::string_view)` (another session or the outer protocol has announced it: `Expectation::label`,
/// `Emit::continues_as`; called before any bytes).
template <class P>
concept ParserType = requires(typename P::State state, Direction direction, Bytes bytes, Emit<typename P::Transaction> emit, const Offer& offer) {
    { P::name } -> std::convertible_to<std::string_view>;
    { P::doc } -> std::convertible_to<std::string_view>;
    { P::probe(offer) } noexcept -> std::same_as<Probe>;
    { state.feed(direction, bytes, emit) } noexcept -> std::same_as<Fed>;
    std::span<const Hint>(P::hints);
    std::span<const Field>(P::fields);
    std::span<const Anomaly>(P::anomalies);
    requires std::is_trivially_destructible_v<typename P::State>;
    requires std::is_nothrow_default_constructible_v<typename P::State>;
    requires sizeof(typename P::State) <= max_state_size && alignof(typename P::State) <= 16;
};

template <ParserType P>
[[nodiscard]] constexpr ParserInfo describe() noexcept {
    using State = typename P::State;
    using TypedEmit = Emit<typename P::Transaction>;
    ParserInfo info{};
    info.name = P::name;
    if constexpr (requires { P::event; })
        info.event = P::event;
    else
        info.event = P::name;
    info.doc = P::doc;
    info.hints = P::hints;
    info.fields = P::fields;
    info.anomalies = P::anomalies;
    info.state_size = sizeof(State);
    for (const Hint& hint : P::hints) info.over[static_cast<std::size_t>(hint.transport)] = true;
    if constexpr (requires { P::tcp; P::udp; }) {
        info.over[static_cast<std::size_t>(Transport::tcp)] = P::tcp;
        info.over[static_cast<std::size_t>(Transport::udp)] = P::udp;
    }
    if constexpr (requires { P::carriers; }) {
        info.carriers = P::carriers;
        info.over[static_cast<std::size_t>(Transport::inside)] = true;
    }
    if constexpr (requires { P::late_roles; }) info.late_roles = P::late_roles;
    info.probe = &P::probe;
    info.start = [](void* state) noexcept { new (state) State{}; };
    if constexpr (requires(State s) { { s.begin(Transport{}) } noexcept; })
        info.begin = [](void* state, Transport transport) noexcept { static_cast<State*>(state)->begin(transport); };
    info.feed = [](void* state, Direction direction, Bytes bytes, Sink& sink, const ParserInfo& self) noexcept {
        return static_cast<State*>(state)->feed(direction, bytes, TypedEmit{sink, self});
    };
    if constexpr (requires(State s, TypedEmit e) { { s.gap(Direction{}, std::uint64_t{}, e) } noexcept -> std::same_as<Fed>; })
        info.gap = [](void* state, Direction direction, std::uint64_t missing, Sink& sink, const ParserInfo& self) noexcept {
            return static_cast<State*>(state)->gap(direction, missing, TypedEmit{sink, self});
        };
    if constexpr (requires(State s, TypedEmit e) { { s.end(Direction{}, Bytes{}, e) } noexcept; })
        info.end = [](void* state, Direction direction, Bytes unconsumed, Sink& sink, const ParserInfo& self) noexcept {
            static_cast<State*>(state)->end(direction, unconsumed, TypedEmit{sink, self});
        };
    if constexpr (requires(State s, TypedEmit e) { { s.finish(e) } noexcept; })
        info.finish = [](void* state, Sink& sink, const ParserInfo& self) noexcept {
            static_cast<State*>(state)->finish(TypedEmit{sink, self});
        };
    if constexpr (requires(State s) { { s.announced(std::string_view{}) } noexcept; })
        info.announced = [](void* state, std::string_view label) noexcept { static_cast<State*>(state)->announced(label); };
    return info;
}

}  // namespace weir
