#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one golden case: run.py CASE_DIR WEIR_BINARY. Replays its capture three times and compares what was written.

run.py --packs WEIR_BINARY: every shipped rule loads, has a case in which it fires, and stands in docs/packs.md.
--accept writes the expected eve.json, or the table of docs/packs.md, anew. README.md says what a case may hold.
Exit codes: 0 as expected, 1 not, 4 skipped because the capture is not here.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

try:
    import jsonschema
except ImportError:
    jsonschema = None

TREE = pathlib.Path(__file__).resolve().parents[2]
PCAPS = TREE / "pcaps"
SHARED = TREE.parent / "shared" / "pcaps"
KEYS = {"capture", "policy", "rules", "arguments", "exit", "alerts", "other_alerts", "expected"}
ALERT_KEYS = {"signature_id", "kind", "src", "dest", "count"}
SKIPPED = 4


class Failure(Exception):
    """What is not as the case says, as a sentence."""


def load_case(folder):
    case = yaml.safe_load((folder / "case.yaml").read_text())
    unknown = set(case) - KEYS
    if unknown:
        raise Failure(f"case.yaml: unknown key {', '.join(sorted(unknown))}")
    for wanted in case.get("alerts", []):
        if not {"signature_id", "kind"} & set(wanted) or set(wanted) - ALERT_KEYS:
            raise Failure(f"case.yaml: {wanted}: expected signature_id or kind, then src, dest, count")
    return case


def captures_of(case):
    """Arguments that name the captures; None where one is not here. They are relative so that events do not depend on the place."""
    names = case["capture"] if isinstance(case["capture"], list) else [case["capture"]]
    paths = []
    for name in names:
        if name.startswith("shared:"):
            path = SHARED / name.removeprefix("shared:")
            if not path.exists():
                print(f"skipped: no capture {name}")
                return None
        else:
            path = pathlib.Path(name)
        paths.append(str(path))
    return paths


def replay(weir, folder, case, paths, output, threads):
    command = [weir, "replay", "--output", str(output), "--threads", str(threads), "--set", f"detect.cache-dir={output.parent / 'cache'}"]
    if case.get("policy"):
        own = folder / case["policy"]
        command += ["--policy", str(own) if own.exists() else case["policy"]]
    rules = case.get("rules", "packs")
    if rules == "none":
        command.append("--no-rules")
    elif rules != "packs":
        for name in rules if isinstance(rules, list) else [rules]:
            command += ["--rules", str(folder / name)]
    command += [str(argument) for argument in case.get("arguments", [])] + paths
    done = subprocess.run(command, cwd=PCAPS, capture_output=True, text=True, timeout=300)
    if done.returncode != case.get("exit", 0):
        raise Failure(f"exit code {done.returncode}, expected {case.get('exit', 0)}:\n{done.stderr}{done.stdout}")
    if "rule refused" in done.stderr:
        raise Failure(done.stderr)
    return (output / "eve.json").read_bytes()


def end_matches(wanted, address, port):
    """`address`, or `address:port` with IPv6 addresses in brackets."""
    return wanted is None or wanted in (address, f"{address}:{port}", f"[{address}]:{port}")


def is_wanted(wanted, event):
    alert = event["alert"]
    return (wanted.get("signature_id", alert["signature_id"]) == alert["signature_id"]
            and wanted.get("kind", event["weir"]["kind"]) == event["weir"]["kind"]
            and end_matches(wanted.get("src"), event["src_ip"], event.get("src_port"))
            and end_matches(wanted.get("dest"), event["dest_ip"], event.get("dest_port")))


def describe(event):
    weir = event["weir"]
    return (f"{event['alert']['signature_id']} {weir['kind']} {event['src_ip']}:{event.get('src_port')} -> "
            f"{event['dest_ip']}:{event.get('dest_port')}: {weir['why']}")


def check_alerts(case, events):
    """Each alert belongs to the first line that fits; a line's count is exact, and no alert is left over."""
    lines = case.get("alerts", [])
    counts = [0] * len(lines)
    left_over = []
    for event in events:
        if event["event_type"] != "alert":
            continue
        place = next((i for i, wanted in enumerate(lines) if is_wanted(wanted, event)), None)
        if place is None:
            left_over.append(describe(event))
        else:
            counts[place] += 1
    wrong = [f"{wanted}: {count} times" for wanted, count in zip(lines, counts) if count != wanted.get("count", 1)]
    if wrong or (left_over and case.get("other_alerts", "refuse") != "accept"):
        raise Failure("\n".join(["alerts not as expected:"] + wrong + ["not expected:"] * bool(left_over) + left_over))


def check_schema(lines):
    path = TREE / "docs" / "eve.schema.json"
    if jsonschema is None or not path.exists():
        return
    schema = json.loads(path.read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(line):
            where = "/".join(str(part) for part in error.absolute_path)
            raise Failure(f"eve.json:{number}: {where}: {error.message}")


def check_same(what, one, other):
    """Two runs' bytes; names the first line that differs."""
    if one == other:
        return
    pairs = zip(one.splitlines() + [b"(end)"], other.splitlines() + [b"(end)"])
    number, (left, right) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    raise Failure(f"{what}, line {number}:\n- {left.decode(errors='replace')}\n+ {right.decode(errors='replace')}")


def check_expected(folder, case, written):
    path = folder / case["expected"]
    if "--accept" in sys.argv:
        path.write_bytes(written)
    if not path.exists():
        raise Failure(f"no {path.name} to compare with; --accept writes it")
    check_same(f"eve.json differs from {path.name}", path.read_bytes(), written)


def run(folder, weir):
    case = load_case(folder)
    paths = captures_of(case)
    if paths is None:
        return SKIPPED
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        first = replay(weir, folder, case, paths, scratch / "first", 1)
        check_same("a second run differs", first, replay(weir, folder, case, paths, scratch / "second", 1))
        check_same("two workers differ from one", first, replay(weir, folder, case, paths, scratch / "workers", 2))
    events = [json.loads(line) for line in first.splitlines()]
    check_schema(events)
    check_alerts(case, events)
    if "expected" in case:
        check_expected(folder, case, first)
    return 0


def shipped_rules():
    """(pack, rule text) of every rule, its continued lines joined."""
    for pack in sorted((TREE / "rules" / "packs").glob("*.rules")):
        for line in pack.read_text().replace("\\\n", "").splitlines():
            if line.startswith("alert "):
                yield pack.name, line


def packs_table(captures):
    """The rules as docs/packs.md shows them; `captures` says by sid in which captures they fire."""
    rows = []
    last = None
    for pack, rule in shipped_rules():
        if pack != last:
            rows += ["", f"### {pack}", "", "| sid | what it says | kind | ATT&CK | confidence | fires in |", "|---|---|---|---|---|---|"]
            last = pack
        sid = int(re.search(r"\bsid:(\d+);", rule)[1])
        message = re.search(r'msg:"([^"]*)"', rule)[1]
        kind = re.search(r"weir_kind ([\w-]+)", rule)[1]
        techniques = ", ".join(re.findall(r"mitre_technique_id (T[\d.]+)", rule))
        confidence = re.search(r"confidence (\w+)", rule)[1].lower()
        rows.append(f"| {sid} | {message} | `{kind}` | {techniques} | {confidence} | {', '.join(sorted(captures.get(sid, [])))} |")
    return "\n".join(rows) + "\n\n"


def check_packs(weir):
    checked = subprocess.run([weir, "rules", "check", str(TREE / "rules" / "packs")], capture_output=True, text=True)
    if checked.returncode != 0:
        raise Failure(checked.stdout + checked.stderr)
    captures = collections.defaultdict(set)
    for folder in sorted(path.parent for path in pathlib.Path(__file__).resolve().parent.glob("*/case.yaml")):
        case = load_case(folder)
        names = case["capture"] if isinstance(case["capture"], list) else [case["capture"]]
        for wanted in case.get("alerts", []):
            # A case of several captures does not tell which of them it is; each of ours has a case of its own.
            if "signature_id" in wanted and len(names) == 1:
                captures[wanted["signature_id"]].add("`" + names[0].removeprefix("shared:").split("/")[-1] + "`")
    sids = [int(re.search(r"\bsid:(\d+);", rule)[1]) for _, rule in shipped_rules()]
    problems = [f"sid {sid} stands twice" for sid, count in collections.Counter(sids).items() if count > 1]
    problems += [f"no case expects sid {sid}" for sid in sids if sid not in captures]
    problems += [f"a case expects sid {sid}, which no pack has" for sid in sorted(captures) if 9100000 <= sid < 9200000 and sid not in sids]
    if problems:
        raise Failure("\n".join(problems))
    page = TREE / "docs" / "packs.md"
    start, end = "<!-- rules: made by tests/golden/run.py --packs --accept, do not edit -->\n", "<!-- end of rules -->"
    before, rest = page.read_text().split(start)
    wanted = before + start + packs_table(captures) + end + rest.split(end)[1]
    if "--accept" in sys.argv:
        page.write_text(wanted)
    check_same("docs/packs.md is out of date: run tests/golden/run.py --packs --accept", page.read_bytes(), wanted.encode())
    print(f"{len(sids)} rules, each with a case")
    return 0


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--accept"]
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        weir = str(pathlib.Path(arguments[1]).resolve())
        return check_packs(weir) if arguments[0] == "--packs" else run(pathlib.Path(arguments[0]).resolve(), weir)
    except Failure as failure:
        print(failure)
        return 1


if __name__ == "__main__":
    sys.exit(main())
