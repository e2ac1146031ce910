// SPDX-License-Identifier: Apache-2.0
// MML, the man-machine language in Huawei's style: commands of a verb, an object and parameters, and the blocks that answer them.
//
//   command  LST CELL:CELLID=1,NAME="x";            LGI:OP="user",PWD="password";
//   block    +++    NE-NAME        2026-01-02 03:04:05 / O&M    #1234 / %%LST CELL:CELLID=1;%% / RETCODE = 0  Success / ... / ---    END
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/kept_text.hpp"
#include "parsers/base/outstanding.hpp"
#include "parsers/base/text_streams.hpp"

namespace weir::mml {

inline constexpr std::size_t max_command = 4096;    ///< octets of a command that are looked at
inline constexpr std::size_t max_line = 1024;       ///< octets of a line of an answer that are looked at
inline constexpr std::size_t max_outstanding = 4;   ///< commands that wait for their answer
inline constexpr std::size_t max_parameters = 256;  ///< octets of a command's parameters that are shown

struct Transaction {
    Bytes operation{};  ///< the verb, in lower case
    Bytes command{}, object{}, parameters{};
    Bytes user{}, password{};
    bool withheld = false;  ///< the command has parameters, and they hold a secret
    Bytes ne{}, source{}, retcode{}, result{};
    std::optional<std::uint32_t> serial{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
    void finish(Emit<Transaction> emit) noexcept;

private:
    struct Command {
        KeptText<48> text;  ///< verb and object
        KeptText<max_parameters> parameters;
        KeptText<48> user, password;
        bool secret = false;
    };
    /// What the blocks of an answer have shown so far.
    struct Answer {
        bool open = false;       ///< its first line was seen
        bool continued = false;  ///< another block of the same answer follows this one
        KeptText<64> ne;
        KeptText<16> source;
        KeptText<48> echo;  ///< verb and object of the command that it repeats
        KeptText<12> retcode;
        KeptText<128> result;
        std::optional<std::uint32_t> serial;
    };
    static bool read_command(Bytes text, Command& command) noexcept;
    static void describe(const Command& command, Transaction& transaction, Scratch& scratch) noexcept;
    void command(Bytes text, Emit<Transaction> emit) noexcept;
    void answer_line(Bytes line, Emit<Transaction> emit) noexcept;
    void end_of_block(Emit<Transaction> emit) noexcept;
    void unanswered(const Command& command, Emit<Transaction> emit) noexcept;

    Outstanding<Command, max_outstanding> outstanding_;
    Answer answer_;
    CommandStream<max_command> commands_;
    LineStream<max_line> lines_;
};

struct Parser {
    using Transaction = mml::Transaction;
    using State = mml::State;
    static constexpr std::string_view name = "mml";
    static constexpr std::string_view doc = "MML, the man-machine language of mobile core, radio and element managers in Huawei's style";
    static constexpr std::array hints{Hint::tcp(6000), Hint::tcp(6006), Hint::tcp(6007), Hint::tcp(7776), Hint::tcp(31114)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>(
            "mml.operation", "mml.operation",
            "Verb in lower case: lgi, lgo, lst, dsp, add, mod, rmv, set, ...; `report` for what nobody asked for"),
        field<&Transaction::command>("mml.command", "mml.command", "Verb and object as sent: LST CELL"),
        field<&Transaction::object>("mml.object", "mml.object", "Object of the command: CELL"),
        field<&Transaction::parameters>("mml.parameters", "mml.parameters",
                                        "Parameters, their first 256 octets; absent where they hold a secret"),
        field<&Transaction::user>("mml.user", "mml.user", "Operator that a command names (OP, OPNAME)"),
        secret(field<&Transaction::password>("mml.password", "mml.password", "Password that a command carries (PWD and its like)")),
        field<if_set<&Transaction::withheld>>("", "mml.redacted", "The parameters hold a secret and are withheld", FieldKind::number),
        field<&Transaction::ne>("mml.ne", "mml.ne", "Network element that answers, by the name in the first line"),
        field<&Transaction::source>("mml.source", "mml.source", "What the answer comes from: O&M, PGW, SMU, ALARM, ..."),
        field<form_of<&Transaction::serial>>("", "mml.serial", "Serial number of the answer", FieldKind::number),
        field<&Transaction::retcode>("mml.retcode", "mml.retcode", "Return code: 0 for success"),
        field<&Transaction::result>("mml.result", "mml.result", "Text beside the return code, its first 128 octets"),
    };
    enum AnomalyId : unsigned { invalid_command = 1, command_too_long };
    static constexpr std::array anomalies{
        Anomaly{invalid_command, "invalid_command", "What a client sent is no command: no verb, or neither an object nor parameters"},
        Anomaly{command_too_long, "command_too_long", "A command that does not end within 4096 octets"},
    };
};

}  // namespace weir::mml
