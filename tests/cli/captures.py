# SPDX-License-Identifier: Apache-2.0
"""Captures put together octet by octet, in every dress that a capture file may wear."""

import ipaddress
import struct

ETHERNET, RAW_IP = 1, 101
START = 1_767_225_600  # 2026-01-01T00:00:00Z


def udp(source, destination, port, payload):
    """An IPv4 packet with one datagram in it; the checksums stay empty, as with offloading."""
    data = struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), 1, 0, 64, 17, 0)
    return header + ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed + data


def framed(packet):
    return bytes.fromhex("020000000002" "020000000001" "0800") + packet


def datagrams(count=3):
    """Ethernet frames of one session each, with their times in nanoseconds, 1.000001001 s apart."""
    return [(START * 10**9 + i * 1_000_001_001, framed(udp("10.0.0.1", f"10.0.1.{i + 1}", 9999, b"datagram"))) for i in range(count)]


def pcap(packets, order="<", nano=False, snap=65535, link=ETHERNET):
    """Classic pcap; `order` as in struct."""
    unit = 1 if nano else 1000
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, link)
    for time, frame in packets:
        kept = frame[:snap]
        out += struct.pack(order + "IIII", time // 10**9, time % 10**9 // unit, len(kept), len(frame)) + kept
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def pcapng(packets, order="<"):
    """Two interfaces, used in turn: Ethernet in nanoseconds, and IP without a link layer in units of 2^-20 s."""
    out = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link, resolution in ((ETHERNET, 9), (RAW_IP, 0x80 | 20)):
        options = struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)  # if_tsresol, end of options
        out += block(order, 1, struct.pack(order + "HHI", link, 0, 0) + options)
    for number, (time, frame) in enumerate(packets):
        interface = number % 2
        if interface == 1:
            frame, time = frame[14:], -(-time * 2**20 // 10**9)
        head = struct.pack(order + "IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame))
        out += block(order, 6, head + frame)
    return out
