#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays every labelled capture and prints what was found: eval.py WEIR [--write | --check].

pcaps/labels.yaml says which sessions are malicious. A session is found when an alert about it names the equipment and the peer;
its kind is right when one of those alerts has a labelled kind. --write puts the table into docs/behavior.md; --check asserts the
floors. Exit codes: 0 as promised, 1 not, 2 the labels do not fit the captures.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

TREE = pathlib.Path(__file__).resolve().parents[2]
PCAPS = TREE / "pcaps"
SHARED = TREE.parent / "shared" / "pcaps"
PAGE = TREE / "docs" / "behavior.md"
START, END = "<!-- eval: made by ./dev eval, do not edit -->\n", "<!-- end of eval -->"
FLOOR_FOUND, FLOOR_KIND = 95, 80  # of 100 malicious sessions
PUBLIC_WRONG = 4  # sessions of all public captures that may be told wrongly


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


def replay(weir, path, output, *arguments):
    """The sessions and the alerts of a capture: events by flow_id."""
    command = [weir, "replay", "--quiet", "--output", str(output), "--set", f"detect.cache-dir={output.parent}/cache", *arguments, str(path)]
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


def run(options):
    labels = yaml.safe_load((PCAPS / "labels.yaml").read_text())
    weir = str(pathlib.Path(options.program).resolve())
    public = sorted(path for path in SHARED.rglob("*.pcap*")) if SHARED.exists() else []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = [result for result in pool.map(lambda entry: evaluate(weir, entry), labels["captures"]) if result is not None]
        told = [row for rows in pool.map(lambda path: evaluate_public(weir, path), public) for row in rows]
    lines, (malicious, found, right), wrong = table(results)
    print("\n".join(lines))
    for _, alerts, _ in results:
        for capture, alert in alerts:
            print(f"false alert: {capture}: {alert['src_ip']} {alert['dest_ip']}: {alert['weir']['kind']}: {alert['weir']['why']}")
    if public:
        lines += ["", f"{len(public)} public captures of all protocols, one at a time, without policy and rules: what the detectors tell.", ""]
        lines += public_table(told, labels["public"])
        print("\n".join(lines[-len(told) - 4:]))
    if options.write:
        if not public:
            sys.exit("the public captures are not here: the table would lack them")
        page = PAGE.read_text()
        before, rest = page.split(START)
        PAGE.write_text(before + START + "\n" + "\n".join(lines) + "\n\n" + END + rest.split(END)[1])
    wrong_public = [row for row in told if not any(
        reason.get("right") and reason["capture"] == row[0] and reason["kind"] == row[1]["weir"]["kind"] for reason in labels["public"])]
    good = (percent(found, malicious) >= FLOOR_FOUND and percent(right, malicious) >= FLOOR_KIND and wrong == 0
            and len(wrong_public) <= PUBLIC_WRONG)
    if options.check and not good:
        print(f"not as promised: {FLOOR_FOUND} of 100 found, {FLOOR_KIND} of the right kind, no false alert, at most {PUBLIC_WRONG} public "
              "sessions told wrongly")
        return 1
    return 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="a built weir")
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
