#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every labelled capture and prints what was found: eval.py WEIR [--write | --check] [--only labels | vantages].

pcaps/labels.yaml says which sessions are malicious. A session is found when an alert about it names the equipment and the peer;
its kind is right when one of those alerts has a labelled kind. The same captures are then rewritten as other places would have seen
them (tests/support/vantage.py). --write puts the tables into docs/behavior.md; --check asserts the floors. Exit codes: 0 as promised,
1 not, 2 the labels do not fit the captures.
"""
import argparse
import collections
import concurrent.futures
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]
PCAPS = TREE / "pcaps"
SHARED = TREE.parent / "shared" / "pcaps"
sys.path.insert(0, str(TREE / "tests" / "support"))
import vantage  # noqa: E402

PAGE = TREE / "docs" / "behavior.md"
START, END = "<!-- eval: made by ./dev eval, do not edit -->\n", "<!-- end of eval -->"
FLOOR_FOUND, FLOOR_KIND = 95, 80  # of 100 malicious sessions
PUBLIC_WRONG = 4  # sessions of all public captures that may be told wrongly
FLOOR_KIND_IN_PART = 60  # where the vantage has lost a part of the session: half of it, or what rules look for
IN_PART = {"begun in the middle", "one direction only", "snap length 96"}
# Sessions that only a reply announces which is not there: FTP data whose PORT and 227 are IPv4's, unseen, or cut; in cut datagrams
# nothing shows that a DHCP server answers.
UNANNOUNCED = {"IPv6": 1, "one direction only": 2, "snap length 96": 9}


class LabelError(Exception):
    """A label that fits no session, or too many."""


def path_of(name):
    return SHARED / name.removeprefix("shared:") if name.startswith("shared:") else PCAPS / name


def policy_of(entry, folder):
    if "equipment" not in entry:
        return PCAPS / entry.get("policy", "demo/policy.yaml")
    rows = [{"name": f"equipment-{address}", "address": address, "contract": "nothing"} for address in entry["equipment"]]
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump({"contracts": {"nothing": {}}, "equipment": rows}))
    return path


class Weir:
    """The program, and where it keeps the rules that it has compiled."""

    def __init__(self, program, cache):
        self.command = [str(pathlib.Path(program).resolve()), "replay", "--quiet", "--set", f"detect.cache-dir={cache}"]


def replay(weir, path, output, *arguments):
    """The sessions and the alerts of a capture: events by flow_id."""
    command = [*weir.command, "--output", str(output), *arguments, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        sys.exit(f"{path.name}: weir replay failed: {done.stderr}")
    sessions, alerts = {}, collections.defaultdict(list)
    with open(output / "eve.json", encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if event["event_type"] == "flow" and "update" not in event.get("weir", {}):
                sessions[event["flow_id"]] = event
            elif event["event_type"] == "alert":
                alerts[event["flow_id"]].append(event)
    return sessions, alerts


def fits(label, session):
    protocol, _, port = label["service"].partition("/")
    return (session["src_ip"] == label["from"] and session["dest_ip"] == label["to"] and session["proto"].lower() == protocol
            and (not port or session.get("dest_port") == int(port))
            and ("ports" not in label or session.get("src_port") in label["ports"]))


def kinds_of(label):
    return label["kind"] if isinstance(label["kind"], list) else [label["kind"]]


def names_both(alert):
    weir = alert["weir"]
    return "equipment" in weir and weir["peer"]["ip"] in (alert["src_ip"], alert["dest_ip"])


def judge(entry, sessions, alerts):
    """Rows of (kind, found, right kind), and the sessions that are told wrongly."""
    rows, labelled = [], set()
    for label in entry.get("sessions", []):
        chosen = [flow for flow, session in sessions.items() if fits(label, session)]
        if len(chosen) != label.get("count", 1):
            raise LabelError(f"{entry['capture']}: {label}: {len(chosen)} sessions are like that")
        labelled.update(chosen)
        for flow in chosen:
            told = [alert for alert in alerts.get(flow, []) if names_both(alert)]
            rows.append((kinds_of(label)[0], bool(told), any(alert["weir"]["kind"] in kinds_of(label) for alert in told)))
    return rows, [(entry["capture"], alerts[flow][0]) for flow in alerts if flow not in labelled]


def evaluate(weir, entry):
    path = path_of(entry["capture"])
    if not path.exists():
        return None
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        sessions, alerts = replay(weir, path, scratch / "out", "--policy", str(policy_of(entry, scratch)))
    ordinary = len(sessions) - sum(label.get("count", 1) for label in entry.get("sessions", []))
    return *judge(entry, sessions, alerts), ordinary


def evaluate_public(weir, path):
    """What detectors of behaviour tell of a public capture without policy and rules: [(capture, alert)]."""
    with tempfile.TemporaryDirectory() as scratch:
        _, alerts = replay(weir, path, pathlib.Path(scratch) / "out", "--no-rules")
    return [(str(path.relative_to(SHARED)), story[0]) for story in alerts.values()]


def seen_as(label, view):
    """Addresses and port of a label, as events of that vantage show them."""
    def text(address):
        if view != "IPv6":
            return address
        return str(ipaddress.IPv6Address(vantage.as_ipv6(ipaddress.IPv4Address(address).packed)).exploded)
    protocol, _, port = label["service"].partition("/")
    protocol = "ipv6-icmp" if view == "IPv6" and protocol == "icmp" else protocol
    return text(label["from"]), text(label["to"]), protocol, int(port or 0)


def is_about(label, view, session):
    """Which end opened it may have been guessed, so the ends may stand the other way round.

    Fragments that wait for the rest of their datagram are a session of nobody."""
    one, other, protocol, port = seen_as(label, view)
    if session["proto"].lower() != protocol or not {"src_equipment", "dest_equipment"} & set(session.get("weir", {})):
        return False
    ends = [(session["src_ip"], session.get("src_port", 0)), (session["dest_ip"], session.get("dest_port", 0))]
    ports = label.get("ports")
    return any(source[0] == one and destination[0] == other and port in (0, destination[1]) and (ports is None or source[1] in ports)
               for source, destination in (ends, ends[::-1]))


def evaluate_vantage(weir, view, entry):
    """(sessions, found, right kind, false alerts) of one capture, seen from elsewhere."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        policy = policy_of(entry, scratch)
        if view == "IPv6":
            text = re.sub(r"(\d+\.){3}\d+", lambda found: ipaddress.IPv6Address(vantage.as_ipv6(ipaddress.IPv4Address(found[0]).packed)).exploded,
                          policy.read_text())
            policy = scratch / "policy6.yaml"
            policy.write_text(text)
        path = scratch / "capture.pcap"
        vantage.write(path, vantage.VANTAGES[view](vantage.read(path_of(entry["capture"]))))
        sessions, alerts = replay(weir, path, scratch / "out", "--policy", str(policy))
    counts, labelled = [0, 0, 0], set()
    for label in entry.get("sessions", []):
        for flow in [flow for flow, session in sessions.items() if is_about(label, view, session)]:
            told = [alert for alert in alerts.get(flow, []) if names_both(alert)]
            labelled.add(flow)
            for column, value in enumerate((True, bool(told), any(alert["weir"]["kind"] in kinds_of(label) for alert in told))):
                counts[column] += value
    wrong = [alerts[flow][0] for flow in alerts if flow not in labelled]
    return counts, [(f"{view}: {entry['capture']}", alert) for alert in wrong]


def run_vantages(weir, entries, pool):
    """Rows of the table, alerts on ordinary sessions, and whether all is as promised."""
    lines = ["| seen | sessions | found | right kind | false alerts |", "|---|---:|---:|---:|---:|"]
    wrong, good = [], True
    for view in vantage.VANTAGES:
        results = list(pool.map(lambda entry, view=view: evaluate_vantage(weir, view, entry), entries))
        sessions, found, right = (sum(counts[column] for counts, _ in results) for column in range(3))
        told = [row for _, rows in results for row in rows]
        wrong += told
        good = good and len(told) <= UNANNOUNCED.get(view, 0) and percent(found, sessions) >= FLOOR_FOUND
        good = good and percent(right, sessions) >= (FLOOR_KIND_IN_PART if view in IN_PART else FLOOR_KIND)
        lines.append(f"| {view} | {sessions} | {percent(found, sessions)} of 100 | {percent(right, sessions)} of 100 | {len(told)} |")
    return lines, wrong, good


def percent(part, whole):
    return 100 * part // whole if whole else 100


def table(results):
    by_kind = collections.defaultdict(lambda: [0, 0, 0])
    for rows, _, _ in results:
        for kind, found, right in rows:
            for column, value in enumerate((True, found, right)):
                by_kind[kind][column] += value
    wrong = sum(len(told) for _, told, _ in results)
    ordinary = sum(count for _, _, count in results)
    lines = ["| kind | sessions | found | right kind | false alerts |", "|---|---:|---:|---:|---:|"]
    lines += [f"| `{kind}` | {by_kind[kind][0]} | {by_kind[kind][1]} | {by_kind[kind][2]} | |" for kind in sorted(by_kind)]
    total = [sum(row[column] for row in by_kind.values()) for column in range(3)]
    lines.append(f"| ordinary | {ordinary} | | | {wrong} |")
    shares = f"{percent(total[1], total[0])} of 100 | {percent(total[2], total[0])} of 100"
    lines.append(f"| **all malicious** | {total[0]} | {shares} | |")
    return lines, total, wrong


def public_table(told, reasons):
    lines = ["| capture | session | told as | |", "|---|---|---|---|"]
    for capture, alert in sorted(told, key=lambda row: (row[0], row[1]["timestamp"], row[1]["flow_id"])):
        kind = alert["weir"]["kind"]
        why = next((row["why"] for row in reasons if row["capture"] == capture and row["kind"] == kind), "not explained")
        ends = f"{alert['src_ip']} to {alert['dest_ip']}" + (f":{alert['dest_port']}" if "dest_port" in alert else "")
        lines.append(f"| `{capture}` | {ends} | `{kind}` | {why} |")
    return lines


def run_labels(weir, labels, pool):
    """The same for the captures as they are, and for the public ones."""
    public = sorted(SHARED.rglob("*.pcap*")) if SHARED.exists() else []
    results = [result for result in pool.map(lambda entry: evaluate(weir, entry), labels["captures"]) if result is not None]
    told = [row for rows in pool.map(lambda path: evaluate_public(weir, path), public) for row in rows]
    lines, (malicious, found, right), _ = table(results)
    wrong = [row for _, rows, _ in results for row in rows]
    if public:
        lines += ["", f"{len(public)} public captures of all protocols, one at a time, without policy and rules: what the detectors tell.", ""]
        lines += public_table(told, labels["public"])
    wrong_public = [row for row in told if not any(
        reason.get("right") and reason["capture"] == row[0] and reason["kind"] == row[1]["weir"]["kind"] for reason in labels["public"])]
    good = (percent(found, malicious) >= FLOOR_FOUND and percent(right, malicious) >= FLOOR_KIND and not wrong
            and len(wrong_public) <= PUBLIC_WRONG)
    return lines, wrong, good


def run(options):
    labels = yaml.safe_load((PCAPS / "labels.yaml").read_text())
    own = [entry for entry in labels["captures"] if not entry["capture"].startswith("shared:")]
    lines, wrong, good = [], [], True
    with tempfile.TemporaryDirectory() as cache, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        weir = Weir(options.program, cache)
        if options.only != "vantages":
            lines, wrong, good = run_labels(weir, labels, pool)
        if options.only != "labels":
            more = run_vantages(weir, own, pool)
            lines += ["", "The captures of `pcaps/` as other places would have seen them.", ""] * bool(lines) + more[0]
            wrong += more[1]
            good = good and more[2]
    print("\n".join(lines))
    for capture, alert in wrong:
        print(f"false alert: {capture}: {alert['src_ip']} {alert['dest_ip']}: {alert['weir']['kind']}: {alert['weir']['why']}")
    if options.write:
        if options.only or not SHARED.exists():
            sys.exit("the tables would lack a part: without --only, and with the public captures")
        page = PAGE.read_text()
        before, rest = page.split(START)
        PAGE.write_text(before + START + "\n" + "\n".join(lines) + "\n\n" + END + rest.split(END)[1])
    if options.check and not good:
        print(f"not as promised: {FLOOR_FOUND} of 100 found, {FLOOR_KIND} of the right kind ({FLOOR_KIND_IN_PART} where a part is missing), no "
              f"false alert, at most {PUBLIC_WRONG} public sessions told wrongly")
        return 1
    return 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="a built weir")
    arguments.add_argument("--only", choices=("labels", "vantages"), help="half of it")
    how = arguments.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="renew the table in docs/behavior.md")
    how.add_argument("--check", action="store_true", help="exit code 1 below the floors")
    try:
        return run(arguments.parse_args())
    except LabelError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
