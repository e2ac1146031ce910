#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir learn` and `weir policy diff`, from captures to alerts: learn_test.py WEIR_BINARY [NAME...]. Exit code 1 when something is not as it should be."""

import re
import sys

import captures
import cli_test
from cli_test import ALERTS, DONE, PCAPS, USAGE, Run, Skipped, file, replay, small

ORDINARY = sorted(PCAPS.glob("ordinary-*.pcap"))
# What no contract can see: the answer comes by broadcast, which needs no line. A rule finds it.
BY_RULE_ALONE = {"intrusion-dhcp-steering.pcap"}


def learned(*arguments):
    run = Run("learn", "-o", "policy.yaml", *arguments).expect(DONE)
    return (run.folder / "policy.yaml").read_text()


def accepted(text):
    """As a person does it who accepts all that is listed for review."""
    return file("accepted.yaml", re.sub(r"(?m)^#\?", "", text))


def needs_captures():
    if not ORDINARY:
        raise Skipped("no captures in pcaps/")


def test_usage():
    Run("learn").expect(USAGE, "CAPTURE")
    Run("learn", "missing.pcap").expect(USAGE, "missing.pcap: No such file")
    Run("learn", file("x.pcap", b"no capture")).expect(USAGE, "not a capture")
    Run("learn", "--equipment", "10.0.0.0/33", small()).expect(USAGE, "--equipment 10.0.0.0/33: ")
    Run("learn", "--home", "office", small()).expect(USAGE, "--home office: ")
    Run("learn", "--policy", file("bad.yaml", "contracts: 7\n"), small()).expect(USAGE, "bad.yaml:1: ")


def test_an_existing_file_is_kept():
    mine = file("policy.yaml", "mine")
    Run("learn", "-o", mine, small()).expect(USAGE, "exists already", "--force")
    assert mine.read_text() == "mine"
    Run("learn", "--force", "-o", mine, small()).expect(DONE)
    assert mine.read_text().startswith("# Proposed by `weir learn`")


def test_standard_output():
    run = Run("learn", small()).expect(DONE, "No host looked like equipment", "equipment: []")
    assert "0 pieces of equipment" in run.err and "0 pieces" not in run.out
    Run("policy", "check", file("p.yaml", run.out)).expect(DONE)
    chosen = Run("learn", "--equipment", "10.0.0.1", small()).expect(DONE).out
    assert "address: 10.0.0.1" in chosen and "unknown" not in chosen.split("contracts:")[0], chosen


def test_ordinary_work_gives_no_alert_once_accepted():
    needs_captures()
    text = learned(*ORDINARY)
    assert text == learned(*ORDINARY), "not the same twice"
    for name, address in (("gnb-0117", "10.20.1.11"), ("olt-03", "10.20.3.31"), ("bmc-12", "10.20.4.41")):
        assert re.search(rf"name: {name}, role: {name.split('-')[0]}, address: \[?{re.escape(address)}", text), text
    assert "- {to: time, service: ntp}  # " in text and "nms: 10.30.0.10" in text, text
    for line in text.splitlines():
        if "service: ssh}" in line or "telnet" in line and "from" in line:
            assert line.startswith("#?"), f"allowed without review: {line}"
    Run("policy", "check", file("as-it-is.yaml", text)).expect(DONE, "4 pieces of equipment")
    policy = accepted(text)
    for capture in ORDINARY:
        alerts = replay("--no-rules", "--policy", policy, capture).expect(DONE).events("alert")
        assert not alerts, f"{capture.name}: {alerts[0]['weir']['why']}"


def test_what_is_not_accepted_stays_an_alert():
    needs_captures()
    text = learned(*ORDINARY)
    run = replay("--no-rules", "--policy", file("p.yaml", text), PCAPS / "ordinary-olt.pcap").expect(DONE)
    alerts = run.events("alert")
    assert {(alert["src_ip"], alert["dest_port"]) for alert in alerts} == {("10.30.0.20", 23)}
    assert [alert["weir"]["kind"] for alert in alerts] == ["unexpected-ingress", "exposure"]


def test_intrusions_are_found():
    needs_captures()
    policy = accepted(learned(*ORDINARY))
    for capture in sorted(PCAPS.glob("intrusion-*.pcap")):
        if capture.name in BY_RULE_ALONE:
            continue
        alerts = replay("--no-rules", "--policy", policy, capture).expect(DONE).events("alert")
        assert any(alert["weir"]["judge"] == "contract" for alert in alerts), f"{capture.name}: the contract found nothing"


def test_intrusions_are_never_learned():
    """Learning from a capture that holds the intrusion: it stands apart, and the policy as written still finds it."""
    needs_captures()
    for name, stranger in (("intrusion-reverse-shell", "203.0.113.50"), ("intrusion-mgmt-redirect", "198.51.100.23")):
        text = learned(*ORDINARY, PCAPS / f"{name}.pcap")
        lines = [line for line in text.splitlines() if stranger in line]
        assert lines and all(line.startswith("#?") and "foreign address" in line for line in lines), text
        alerts = replay("--no-rules", "--policy", file("p.yaml", text), PCAPS / f"{name}.pcap").expect(DONE).events("alert")
        assert any(alert["dest_ip"] == stranger for alert in alerts), name


def test_additions_to_a_policy():
    needs_captures()
    demo = PCAPS / "demo" / "policy.yaml"
    nothing = learned("--policy", demo, *ORDINARY)
    assert "contracts:" not in nothing, nothing
    more = learned("--policy", demo, PCAPS / "intrusion-reverse-shell.pcap")
    assert re.search(r"radio-node:.*lines to add\n    egress:\n#\?      - \{to: 203.0.113.50, service: tcp-4444\}", more), more
    Run("policy", "check", file("p.yaml", re.sub(r"(?m)^#\?", "", more))).expect(DONE)


def test_a_home_of_ones_own():
    needs_captures()
    text = learned("--home", "203.0.113.0/24", PCAPS / "intrusion-reverse-shell.pcap")
    assert "foreign address" not in text and re.search(r"#\? .*203\.0\.113\.50.*unknown protocol", text), text


def test_chosen_ports_are_one_range():
    packets = []
    for i in range(9):
        data = captures.framed(captures.udp("10.0.0.1", "10.0.1.1", 50000 + 100 * i, b"\x00\x01datagram"))
        packets.append((captures.START * 10**9 + i * 10**9, data))
    text = learned("--equipment", "10.0.0.1", file("many.pcap", captures.pcap(packets)))
    assert "ports: 49152-65535" in text and "9 different ports" in text, text


def test_a_change_of_the_policy():
    needs_captures()
    text = learned(*ORDINARY)
    narrow, wide, capture = file("narrow.yaml", text), accepted(text), PCAPS / "ordinary-olt.pcap"
    appears = Run("policy", "diff", wide, narrow, capture).expect(ALERTS)
    assert appears.out == ("+ olt-03 ingress unexpected-ingress: 10.30.0.20 to 10.20.3.31 tcp/23\n"
                           "+ olt-03 ingress exposure: 10.30.0.20 to 10.20.3.31 tcp/23\n"
                           "2 alerts appear, 0 vanish, 0 stay\n"), appears.out
    Run("policy", "diff", narrow, wide, capture).expect(DONE, "- olt-03 ingress", "0 alerts appear, 2 vanish, 0 stay")
    Run("policy", "diff", wide, wide, PCAPS / "intrusion-ssh-out.pcap").expect(DONE, "0 alerts appear, 0 vanish")
    Run("policy", "diff", wide, file("bad.yaml", "contracts: 7\n"), capture).expect(USAGE, "bad.yaml:1: ")
    Run("policy", "diff", wide, narrow).expect(USAGE, "CAPTURE")
    Run("policy", "diff", wide, narrow, file("x.pcap", b"no capture")).expect(USAGE, "not a capture")


if __name__ == "__main__":
    sys.exit(cli_test.main(globals()))
