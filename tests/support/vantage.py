# SPDX-License-Identifier: Apache-2.0
"""Rewrites a capture as another place would have seen it: behind tags and tunnels, in pieces, in part.

A capture is a list of frames (Ethernet); `VANTAGES` names the rewritings. What is not IP stays as it is, or is left out where it
could not have got there.
"""
import dataclasses
import struct

ETHERNET = 14
IPV4, IPV6 = 0x0800, 0x86DD
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
PROBE = (bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))  # ends of the tunnels: no equipment
OWN, FOREIGN = bytes.fromhex("fd000db8000000000000ffff"), bytes.fromhex("20010db8000000000000ffff")  # before the octets of an IPv4 address


@dataclasses.dataclass(frozen=True)
class Frame:
    time: int  # nanoseconds
    data: bytes
    wire: int  # length before the capture cut it


def read(path):
    """The frames of a classic little-endian pcap of Ethernet."""
    raw = path.read_bytes()
    magic, link = struct.unpack_from("<I16xI", raw)
    if link != 1 or magic not in (0xA1B2C3D4, 0xA1B23C4D):
        raise ValueError(f"{path}: no pcap of Ethernet")
    unit = 1 if magic == 0xA1B23C4D else 1000
    frames, at = [], 24
    while at + 16 <= len(raw):
        seconds, fraction, size, wire = struct.unpack_from("<IIII", raw, at)
        frames.append(Frame(seconds * 10**9 + fraction * unit, raw[at + 16:at + 16 + size], wire))
        at += 16 + size
    return frames


def write(path, frames):
    out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)]
    for frame in frames:
        out.append(struct.pack("<IIII", frame.time // 10**9, frame.time % 10**9, len(frame.data), max(frame.wire, len(frame.data))))
        out.append(frame.data)
    path.write_bytes(b"".join(out))


def whole(frame, data):
    return Frame(frame.time, data, len(data))


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ethertype(data):
    return struct.unpack_from(">H", data, 12)[0]


def ipv4(source, destination, protocol, payload, ident=0, offset=0, more=False, ttl=64):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, offset // 8 | (0x2000 if more else 0), ttl, protocol, 0, source,
                         destination)
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def parts(frame):
    """Source, destination, protocol, payload and id of an IPv4 datagram that is whole; None for any other frame."""
    data = frame.data
    if len(data) < ETHERNET + 20 or ethertype(data) != IPV4:
        return None
    header = (data[ETHERNET] & 15) * 4
    length, ident, fragment = struct.unpack_from(">HHH", data, ETHERNET + 2)
    if fragment & 0x3FFF or len(data) < ETHERNET + length:
        return None
    return (data[ETHERNET + 12:ETHERNET + 16], data[ETHERNET + 16:ETHERNET + 20], data[ETHERNET + 9],
            data[ETHERNET + header:ETHERNET + length], ident)


def with_sum(source, destination, protocol, payload):
    """A transport's bytes with the checksum made new."""
    at = {TCP: 16, UDP: 6, ICMPV6: 2}.get(protocol)
    if at is None:
        return payload
    payload = payload[:at] + b"\0\0" + payload[at + 2:]
    number = struct.pack(">I", protocol) if len(source) == 16 else struct.pack(">H", protocol)
    length = struct.pack(">I", len(payload)) if len(source) == 16 else struct.pack(">H", len(payload))
    return payload[:at] + struct.pack(">H", checksum(source + destination + length + number + payload)) + payload[at + 2:]


def as_ipv6(address):
    """The operator's own addresses stay own ones, foreign ones foreign."""
    return (OWN if address[0] == 10 else FOREIGN) + address


# ---------------------------------------------------------------- behind tags and tunnels

def tagged(*tags):
    def rewrite(frames):
        header = b"".join(struct.pack(">HH", tpid, vlan) for tpid, vlan in tags)
        return [Frame(frame.time, frame.data[:12] + header + frame.data[12:], frame.wire + len(header)) for frame in frames]
    return rewrite


def mpls(frames):
    labels = struct.pack(">II", 16 << 12 | 64, 17 << 12 | 0x100 | 64)
    return [whole(f, f.data[:12] + b"\x88\x47" + labels + f.data[ETHERNET:]) if ethertype(f.data) in (IPV4, IPV6) else f for f in frames]


def in_udp(port, header, inner):
    def rewrite(frames):
        out = []
        for frame in frames:
            if ethertype(frame.data) not in (IPV4, IPV6):
                continue
            payload = inner(frame.data)
            payload = header(payload) + payload
            udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
            out.append(whole(frame, frame.data[:12] + b"\x08\x00" + ipv4(*PROBE, UDP, udp)))
        return out
    return rewrite


def erspan(frames):
    out = []
    for number, frame in enumerate(frames):
        payload = struct.pack(">HHI", 0x1000, 0x88BE, number) + struct.pack(">HHI", 0x1000 | 100, 7, 0) + frame.data
        out.append(whole(frame, frame.data[:12] + b"\x08\x00" + ipv4(*PROBE, 47, payload)))
    return out


def ipv6(frames):
    out = []
    for frame in frames:
        found = parts(frame)
        if found is None:
            continue
        source, destination, protocol, payload, _ = found
        source, destination = as_ipv6(source), as_ipv6(destination)
        if protocol == ICMP:
            protocol, payload = ICMPV6, bytes([{8: 128, 0: 129}.get(payload[0], 1)]) + payload[1:]
        payload = with_sum(source, destination, protocol, payload)
        header = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64)
        out.append(whole(frame, frame.data[:12] + b"\x86\xdd" + header + source + destination + payload))
    return out


# ---------------------------------------------------------------- in pieces

def fragments(frames, size=64):
    out = []
    for number, frame in enumerate(frames):
        found = parts(frame)
        if found is None or len(found[3]) <= size:
            out.append(frame)
            continue
        source, destination, protocol, payload, _ = found
        for at in range(0, len(payload), size):
            piece = ipv4(source, destination, protocol, payload[at:at + size], number & 0xFFFF, at, at + size < len(payload))
            out.append(whole(frame, frame.data[:ETHERNET] + piece))
    return out


def segments(frames, cut):
    """Each TCP segment with payload as those that `cut(stream so far, payload)` gives: (octets before its start, bytes)."""
    out, sent = [], {}
    for frame in frames:
        found = parts(frame)
        header = (found[3][12] >> 4) * 4 if found is not None and found[2] == TCP and len(found[3]) >= 20 else 0
        if not header or len(found[3]) <= header:
            out.append(frame)
            continue
        source, destination, _, segment, ident = found
        key = (source, destination, segment[:4])
        sequence = struct.unpack_from(">I", segment, 4)[0]
        payload = segment[header:]
        before, end = sent.get(key, (b"", sequence))
        for back, piece in cut(before if end == sequence else b"", payload):
            start = struct.pack(">I", (sequence - back) & 0xFFFFFFFF)
            tcp = with_sum(source, destination, TCP, segment[:4] + start + segment[8:header] + piece)
            out.append(whole(frame, frame.data[:ETHERNET] + ipv4(source, destination, TCP, tcp, ident)))
        sent[key] = (payload, (sequence + len(payload)) & 0xFFFFFFFF)
    return out


def one_byte(frames):
    return segments(frames, lambda before, payload: [(-at, payload[at:at + 1]) for at in range(len(payload))])


def overlaps(frames):
    return segments(frames, lambda before, payload: [(len(before[-40:]), before[-40:] + payload)])


def duplicates(frames):
    return [frame for frame in frames for _ in range(2)]


# ---------------------------------------------------------------- in part

def session_of(found):
    source, destination, protocol, payload, _ = found
    ends = (source + payload[:2], destination + payload[2:4]) if protocol in (TCP, UDP) else (source, destination)
    return protocol, min(ends), max(ends)


def mid_stream(frames, missing=3):
    out, seen = [], {}
    for frame in frames:
        found = parts(frame)
        if found is not None and found[2] == TCP:
            key = session_of(found)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= missing:
                continue
        out.append(frame)
    return out


def one_sided(frames):
    """Only what the end sends that began."""
    out, openers = [], {}
    for frame in frames:
        found = parts(frame)
        if found is None or openers.setdefault(session_of(found), found[0] + found[3][:2]) == found[0] + found[3][:2]:
            out.append(frame)
    return out


def snapped(frames, length=96):
    return [Frame(frame.time, frame.data[:length], frame.wire) for frame in frames]


VANTAGES = {
    "VLAN": tagged((0x8100, 100)),
    "QinQ": tagged((0x88A8, 7), (0x8100, 100)),
    "MPLS": mpls,
    "GTP-U": in_udp(2152, lambda inner: struct.pack(">BBHI", 0x30, 0xFF, len(inner), 0x1234), lambda data: data[ETHERNET:]),
    "VXLAN": in_udp(4789, lambda inner: struct.pack(">II", 0x08000000, 42 << 8), lambda data: data),
    "ERSPAN": erspan,
    "IPv6": ipv6,
    "fragments of 64 octets": fragments,
    "segments of one octet": one_byte,
    "segments that overlap": overlaps,
    "duplicated packets": duplicates,
    "begun in the middle": mid_stream,
    "one direction only": one_sided,
    "snap length 96": snapped,
}
