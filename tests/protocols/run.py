#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which protocol each session speaks: weir's answer beside tshark's, over every capture in ../shared/pcaps.

run.py WEIR_BINARY [--all]. known.yaml lists the differences that are known, with the reason; any other fails the test, and so does a row
that no session needs any more. --all prints every difference as a row. Exit codes: 0 agreed, 1 not, 4 skipped (no captures or no tshark).
"""

import collections
import fnmatch
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "pcaps"
SKIPPED = 4

# What tshark calls weir's protocols, where that is not the same name.
NAMES = {
    "cwmp": {"http"}, "dhcp": {"dhcp", "bootp"}, "dns": {"dns"}, "ftp-data": {"ftp-data"}, "gtp": {"gtp", "gtpv2", "gtpprime"},
    "http2": {"http2", "grpc"}, "ike": {"isakmp"}, "ipfix": {"cflow"}, "ipmi": {"rmcp", "ipmi", "ipmi-session", "asf"}, "krb5": {"kerberos"},
    "ldap": {"ldap", "cldap"}, "quic": {"quic", "gquic"}, "rdp": {"rdp", "rdpudp", "tpkt", "cotp", "t125"}, "rfb": {"vnc"}, "smb": {"smb", "smb2", "nbss"},
    "pop3": {"pop"}, "socks": {"socks"}, "stun": {"stun", "classicstun", "stun-udp", "stun-tcp"}, "tacacs": {"tacplus"}, "tls": {"tls", "ssl"}, "wireguard": {"wg"},
    "l2tp": {"l2tp"}, "giop": {"giop"}, "remote_tool": set(), "mml": set(), "smart_install": {"smi"}, "rlogin": {"rlogin"}, "rsh": {"rsh"},
}
# Layers that say nothing of the application.
CARRIERS = {"data", "data-text-lines", "text", "_ws.malformed", "_ws.short", "_ws.unreassembled", "tcp.segments", "media", "image-gif", "image-jfif", "png",
            "json", "xml", "urlencoded-form", "mime_multipart", "x509sat", "x509ce", "pkix1explicit", "pkix1implicit", "pkcs-1", "ocsp",
            "vssmonitoring", "eth", "ethertype", "ip", "ipv6", "llc", "vlan", "fcs"}
TRANSPORTS = {"tcp": "TCP", "udp": "UDP", "sctp": "SCTP"}


def endpoint_key(proto, a, a_port, b, b_port):
    return proto, frozenset({(address_text(a), int(a_port)), (address_text(b), int(b_port))})


def address_text(text):
    import ipaddress
    return str(ipaddress.ip_address(text))


def of_tshark(capture):
    """Per session without a tunnel: the protocols above the transport, in all its frames."""
    fields = ["frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
              "sctp.srcport", "sctp.dstport"]
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=600)
    sessions = collections.defaultdict(set)
    for line in done.stdout.splitlines():
        row = line.split("\t") + [""] * len(fields)
        layers = row[0].split(":")
        transport = next((layer for layer in layers if layer in TRANSPORTS), None)
        source, destination = (row[1], row[2]) if row[1] else (row[3], row[4])
        if transport is None or not source or "," in source or "icmp" in layers or "icmpv6" in layers:
            continue
        at = {"tcp": 5, "udp": 7, "sctp": 9}[transport]
        if not row[at] or "," in row[at]:
            continue
        above = set(layers[layers.index(transport) + 1:]) - CARRIERS
        sessions[endpoint_key(TRANSPORTS[transport], source, row[at], destination, row[at + 1])] |= above
    return sessions


def of_weir(weir, captures, folder):
    """Per capture and session outside tunnels: the protocols that weir names; `failed` where it knows none."""
    sessions = collections.defaultdict(lambda: collections.defaultdict(set))
    for capture in captures:
        subprocess.run([weir, "replay", "--no-rules", "--set", "outputs.eve.types=flow", "--output", folder, str(capture)], capture_output=True,
                       timeout=600, check=False)
        eve = pathlib.Path(folder) / "eve.json"
        for line in eve.read_text().splitlines() if eve.exists() else []:
            event = json.loads(line)
            if event["proto"] not in TRANSPORTS.values() or "tunnel" in event:
                continue
            key = endpoint_key(event["proto"], event["src_ip"], event["src_port"], event["dest_ip"], event["dest_port"])
            named = {event[name] for name in ("app_proto", "app_proto_orig") if name in event}
            sessions[capture][key] |= named
    return sessions


def difference(ours, theirs, readable):
    """None where the two agree, or where one of them has nothing to say."""
    known = ours - {"failed"}
    if known:
        agreed = any(NAMES.get(name, {name}) & theirs for name in known)
        return None if agreed or not theirs else (",".join(sorted(known)), ",".join(sorted(theirs)))
    missed = theirs & readable
    return ("failed" if "failed" in ours else "none", ",".join(sorted(missed))) if missed else None


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    if not SHARED.is_dir() or shutil.which("tshark") is None:
        print("skipped: no captures, or no tshark")
        return SKIPPED
    weir = str(pathlib.Path(arguments[0]).resolve())
    protocols = json.loads(subprocess.run([weir, "protocols", "--json"], capture_output=True, text=True, check=True).stdout)
    readable = set().union(*(NAMES.get(row["name"], {row["name"]}) for row in protocols))
    known = yaml.safe_load((HERE / "known.yaml").read_text()) or []
    used = [0] * len(known)
    found = collections.Counter()
    compared = 0
    captures = sorted(path for path in SHARED.glob("*/*.pcap*") if path.is_file())
    with tempfile.TemporaryDirectory() as folder:
        all_ours = of_weir(weir, captures, folder)
    for capture in captures:
        theirs = of_tshark(capture)
        for key, ours in all_ours[capture].items():
            if key not in theirs:
                continue
            compared += 1
            differs = difference(ours, theirs[key], readable)
            if differs is None:
                continue
            name = f"{capture.parent.name}/{capture.name}"
            row = next((i for i, entry in enumerate(known) if fnmatch.fnmatch(name, entry["capture"]) and entry["weir"] in (differs[0], "*")
                        and fnmatch.fnmatch(differs[1], entry["tshark"])), None)
            if row is not None:
                used[row] += 1
            if row is None or "--all" in sys.argv:
                found[(name, *differs)] += 1
    for (name, ours, others), count in sorted(found.items()):
        print(f"- {{capture: {name}, weir: {ours}, tshark: \"{others}\"}}  # {count} sessions")
    stale = [entry for entry, count in zip(known, used) if count == 0]
    for entry in stale:
        print(f"known.yaml: no session needs {entry}")
    print(f"{compared} sessions compared, {sum(found.values())} differ beyond known.yaml, {sum(used)} as it says")
    return 1 if found or stale or compared == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
