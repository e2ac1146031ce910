// SPDX-License-Identifier: Apache-2.0
// What decoding counts. received = inspected + the sum of dropped, always.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sensor/decode/event.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/metrics/counter.hpp"
#include "sensor/metrics/drop_reason.hpp"

namespace weir {

/// Kinds of link that captures come from.
enum class LinkKind : std::uint8_t { ethernet, linux_cooked, raw_ip, null, ppp, hdlc, unknown, count };
/// What a link header, or a tunnel's inner one, leads to.
enum class NetworkKind : std::uint8_t { link_only, ipv4, ipv6, count };
enum class TransportKind : std::uint8_t { tcp, udp, icmp, icmpv6, sctp, ip_only, fragment, count };

template <class Enum>
using CounterPer = std::array<Counter, static_cast<std::size_t>(Enum::count)>;

/// One per worker; the worker's decoder alone writes.
struct alignas(64) DecodeMetrics {
    Counter received_packets, received_bytes;
    Counter inspected_packets, inspected_bytes;
    CounterPer<DropReason> dropped;  ///< [none] stays 0
    CounterPer<LinkKind> links;
    CounterPer<NetworkKind> networks;      ///< per IP header, whatever its depth
    CounterPer<TransportKind> transports;  ///< likewise
    std::array<Counter, tunnel_count> tunnels;
    std::array<Counter, decode_events.size()> events;
    Counter fragments, fragments_duplicate, reassembled, timed_out, evicted;
    Counter datagrams, datagram_limit, fragment_bytes, fragment_byte_limit;

    /// The counter of `kind` in a CounterPer.
    template <class Enum>
    static Counter& at(CounterPer<Enum>& counters, Enum kind) noexcept {
        return counters[static_cast<std::size_t>(kind)];
    }
};

namespace detail {

/// Appends rows, one by one, to an array of fixed size: the table below is put together at compile time.
template <std::size_t Size>
struct RowList {
    std::array<MetricRow, Size> rows{};
    std::size_t used = 0;
    constexpr void add(const MetricRow& row) { rows[used++] = row; }
};

/// A row over one element of an array of counters.
template <auto Array, std::size_t Index>
constexpr MetricRow element(std::string_view name, std::string_view help, std::string_view label, std::string_view value) noexcept {
    return {name, label, value, help, MetricKind::counter, [](const void* block) noexcept {
                return (static_cast<const DecodeMetrics*>(block)->*Array)[Index].get();
            }};
}

template <auto Array, std::size_t First, std::size_t Size, class NameOf, std::size_t... Index>
constexpr void add_each(RowList<Size>& list, std::string_view name, std::string_view help, std::string_view label, NameOf name_of_index,
                        std::index_sequence<Index...>) {
    (list.add(element<Array, First + Index>(name, help, label, name_of_index(First + Index))), ...);
}

inline constexpr std::array<std::string_view, static_cast<std::size_t>(LinkKind::count)> link_names{
    "ethernet", "linux-cooked", "raw-ip", "null", "ppp", "hdlc", "unknown"};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(NetworkKind::count)> network_names{"link-only", "ipv4", "ipv6"};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(TransportKind::count)> transport_names{
    "tcp", "udp", "icmp", "icmpv6", "sctp", "ip-only", "fragment"};

constexpr std::size_t decode_metric_count = 4 + (drop_reasons.size() - 1) + link_names.size() + network_names.size() +
                                            transport_names.size() + (tunnel_count - 1) + decode_events.size() + 9;

constexpr auto make_decode_metrics() {
    RowList<decode_metric_count> list;
    list.add(counter<&DecodeMetrics::received_packets>("weir_packets_received_total", "Packets taken from the source"));
    list.add(
        counter<&DecodeMetrics::received_bytes>("weir_received_bytes_total", "Bytes on the wire of the packets taken from the source"));
    list.add(counter<&DecodeMetrics::inspected_packets>("weir_packets_inspected_total", "Packets whose outermost headers could be read"));
    list.add(counter<&DecodeMetrics::inspected_bytes>("weir_inspected_bytes_total", "Bytes on the wire of the inspected packets"));
    add_each<&DecodeMetrics::dropped, 1>(
        list, "weir_packets_dropped_total", "Packets not inspected, by reason", "reason",
        [](std::size_t i) { return drop_reasons[i].name; }, std::make_index_sequence<drop_reasons.size() - 1>{});
    add_each<&DecodeMetrics::links, 0>(
        list, "weir_decode_link_packets_total", "Packets by kind of link", "link", [](std::size_t i) { return link_names[i]; },
        std::make_index_sequence<link_names.size()>{});
    add_each<&DecodeMetrics::networks, 0>(
        list, "weir_decode_network_headers_total", "IP headers read, those in tunnels too, and frames without one, by kind", "network",
        [](std::size_t i) { return network_names[i]; }, std::make_index_sequence<network_names.size()>{});
    add_each<&DecodeMetrics::transports, 0>(
        list, "weir_decode_transport_headers_total",
        "IP datagrams by transport; ip-only: one without ports that weir reads, fragment: one that is held", "transport",
        [](std::size_t i) { return transport_names[i]; }, std::make_index_sequence<transport_names.size()>{});
    add_each<&DecodeMetrics::tunnels, 1>(
        list, "weir_decode_tunnel_packets_total", "IP datagrams found in tunnels, by kind of tunnel", "tunnel",
        [](std::size_t i) { return name_of(static_cast<Tunnel>(i)); }, std::make_index_sequence<tunnel_count - 1>{});
    add_each<&DecodeMetrics::events, 0>(
        list, "weir_decode_events_total", "Oddities in headers, by event", "event", [](std::size_t i) { return decode_events[i].name; },
        std::make_index_sequence<decode_events.size()>{});
    list.add(counter<&DecodeMetrics::fragments>("weir_fragments_received_total", "IP fragments seen"));
    list.add(counter<&DecodeMetrics::fragments_duplicate>("weir_fragments_duplicate_total", "IP fragments seen before, byte for byte"));
    list.add(counter<&DecodeMetrics::reassembled>("weir_fragments_reassembled_datagrams_total", "Datagrams put together from fragments"));
    list.add(counter<&DecodeMetrics::timed_out>("weir_fragments_timed_out_datagrams_total",
                                                "Datagrams given up because fragments were missing"));
    list.add(counter<&DecodeMetrics::evicted>("weir_fragments_evicted_datagrams_total", "Incomplete datagrams thrown out to make room"));
    list.add(gauge<&DecodeMetrics::datagrams>("weir_fragments_table_entries", "Incomplete datagrams held"));
    list.add(gauge<&DecodeMetrics::datagram_limit>("weir_fragments_table_limit", "Incomplete datagrams that can be held"));
    list.add(gauge<&DecodeMetrics::fragment_bytes>("weir_fragments_memory_bytes", "Memory in use for fragments"));
    list.add(gauge<&DecodeMetrics::fragment_byte_limit>("weir_fragments_memory_limit_bytes", "Memory for fragments, set aside at start"));
    return list;
}

inline constexpr auto decode_metric_list = make_decode_metrics();
static_assert(decode_metric_list.used == decode_metric_count);

}  // namespace detail

inline constexpr std::array decode_metrics = detail::decode_metric_list.rows;

}  // namespace weir
