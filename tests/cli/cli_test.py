#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the built program as a person would: cli_test.py WEIR_BINARY [NAME...]. Exit code 1 when something is not as it should be.

Each function `test_*` is a test; what it needs and is not here (a tool, the shared captures) is said and passed over.
"""

import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

import captures
from captures import START

try:
    import jsonschema
except ImportError:
    jsonschema = None

TREE = pathlib.Path(__file__).resolve().parents[2]
PCAPS = TREE / "pcaps"
SHARED = TREE.parent / "shared" / "pcaps"
DONE, FAILED, USAGE, ALERTS = 0, 1, 2, 3
SECONDS = 120  # for one run, on a busy machine

weir_binary = None  # set by main


class Skipped(Exception):
    """What is missing, as a sentence."""


class Run:
    """One run of weir in a folder of its own."""

    def __init__(self, *arguments, folder=None, stdin=b""):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(dir=scratch()))
        done = subprocess.run([weir_binary, *map(str, arguments)], cwd=self.folder, input=stdin, capture_output=True, timeout=SECONDS)
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()

    def expect(self, code, *texts):
        """The exit code, and what must stand somewhere in the output; a crash never looks like an answer."""
        said = self.out + self.err
        assert self.code == code, f"exit code {self.code}, expected {code}:\n{said}"
        for text in texts:
            assert text in said, f"expected '{text}' in:\n{said}"
        if code not in (DONE, ALERTS):
            assert said.strip(), "it failed without a word"
            assert "terminate called" not in said and "Sanitizer" not in said, said
        return self

    def events(self, kind=None):
        found = [json.loads(line) for line in (self.folder / "weir-out" / "eve.json").read_text().splitlines()]
        return [event for event in found if kind in (None, event["event_type"])]

    def metrics(self):
        text = (self.folder / "weir-out" / "metrics.prom").read_text()
        return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.MULTILINE)}


_scratch = None


def scratch():
    return _scratch.name


def replay(*arguments, **more):
    """Without a summary and without a cache outside of the test's folder."""
    cache = pathlib.Path(scratch()) / "cache"
    return Run("replay", "--quiet", "--set", f"detect.cache-dir={cache}", *arguments, **more)


def file(name, content):
    """A file of the test's own; its path."""
    path = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def small():
    return file("small.pcap", captures.pcap(captures.datagrams()))


def needs(tool):
    if shutil.which(tool) is None:
        raise Skipped(f"{tool} is not installed")
    return tool


# ---------------------------------------------------------------- what it refuses


def test_version_and_help():
    assert re.fullmatch(r"weir \d+\.\d+\.\d+\S*\n", Run("--version").expect(DONE).out)
    Run("--help").expect(DONE, "replay", "rules")
    Run("replay", "--help").expect(DONE, "--policy", "--output", "--fail-on")


def test_wrong_usage():
    capture = small()
    cases = [
        ([], "subcommand"),
        (["no-such-command"], ""),
        (["replay"], "CAPTURE"),
        (["replay", "--bogus", capture], "--bogus"),
        (["replay", "--threads", "0", capture], "--threads"),
        (["replay", "--threads", "many", capture], "--threads"),
        (["replay", "--fail-on", "bad", capture], "--fail-on bad"),
        (["replay", "--set", "nonsense=1", capture], "unknown setting `nonsense`"),
        (["replay", "--set", "nonsense", capture], "expected KEY=VALUE"),
        (["replay", "--rules", "x.rules", "--no-rules", capture], "--no-rules"),
    ]
    cases += [(["replay", option, "", capture], f"{option}: an empty name") for option in ("--policy", "--rules", "--config", "--output")]
    for arguments, text in cases:
        Run(*arguments).expect(USAGE, text)


def test_what_is_no_capture():
    empty_folder = tempfile.mkdtemp(dir=scratch())
    cases = [
        ("", "an empty name"),
        ("missing.pcap", "missing.pcap: No such file or directory"),
        (file("notes.txt", "These are notes.\n"), "notes.txt: not a capture"),
        (file("empty.pcap", b""), "empty.pcap: not a capture"),
        (file("tiny.pcap", b"\xd4\xc3"), "tiny.pcap: not a capture"),
        (file("notes.pcap.gz", gzip.compress(b"These are notes.\n")), "notes.pcap.gz: not a capture"),
        (empty_folder, "no capture in this folder"),
    ]
    for name, text in cases:
        run = replay(name).expect(USAGE, text)
        assert not (run.folder / "weir-out").exists(), f"{name}: an output folder, though nothing was read"
    replay("-", stdin=b"These are notes.\n").expect(USAGE, "not a capture")
    replay("-", stdin=b"").expect(USAGE, "not a capture")
    replay(small(), "missing.pcap").expect(USAGE, "missing.pcap")


def test_bad_files_are_named_with_their_line():
    capture = small()
    replay("--policy", file("policy.yaml", "equipment:\n  - {name: a, addresses: [10.0.0.1]}\n"), capture).expect(USAGE, "policy.yaml:2: ", "`addresses`")
    replay("--policy", file("policy.yaml", "equipment: [\n"), capture).expect(USAGE, "policy.yaml:")
    replay("--policy", "missing.yaml", capture).expect(USAGE, "missing.yaml")
    replay("--config", file("weir.yaml", "\nnothing: 1\n"), capture).expect(USAGE, "weir.yaml:2: ", "`nothing`")
    replay("--config", "missing.yaml", capture).expect(USAGE, "missing.yaml")
    replay("--rules", "missing.rules", capture).expect(USAGE, "missing.rules")
    rules = file("own.rules", 'alert udp any any -> any 9999 (msg:"seen"; sid:1;)\nalert nonsense any\n')
    run = replay("--rules", rules, capture).expect(DONE, "own.rules:2: ")  # a bad rule costs itself only
    assert len(run.events("alert")) == 3
    Run("rules", "check", rules).expect(USAGE, "own.rules:2: ", "1 loaded, 1 rejected")


def test_output_that_cannot_be_written():
    capture = small()
    replay("--output", file("taken", ""), capture).expect(FAILED, "taken")
    replay("--output", "/proc/weir", capture).expect(FAILED, "/proc/weir")


def test_full_disk():
    if os.geteuid() != 0:
        raise Skipped("mounting a small file system takes root")
    folder = tempfile.mkdtemp(dir=scratch())
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True).returncode != 0:
        raise Skipped("no file system can be mounted here")
    try:
        many = file("many.pcap", captures.pcap(captures.datagrams(250)))
        replay("--output", folder, many).expect(FAILED, "No space left on device")
    finally:
        subprocess.run(["umount", folder], check=True)


# ---------------------------------------------------------------- what it reads


def nanoseconds(text):
    """Of an event's time: weir writes microseconds."""
    seconds, fraction = re.fullmatch(r"2026-01-01T00:00:(\d\d)\.(\d{6})\+0000", text).groups()
    return (START + int(seconds)) * 10**9 + int(fraction) * 1000


def check_datagrams(run, count=3):
    flows = sorted((nanoseconds(event["flow"]["start"]), event["dest_ip"]) for event in run.expect(DONE).events("flow"))
    expected = [(time // 1000 * 1000, f"10.0.1.{i + 1}") for i, (time, _) in enumerate(captures.datagrams(count))]
    assert flows == expected, f"{flows}, expected {expected}"
    check_accounts(run.metrics(), count)


def check_accounts(metrics, received=None):
    dropped = sum(value for name, value in metrics.items() if name.startswith("weir_packets_dropped_total{"))
    assert metrics["weir_packets_received_total"] == metrics["weir_packets_inspected_total"] + dropped, "not every packet is accounted for"
    assert received is None or metrics["weir_packets_received_total"] == received


def test_every_format():
    packets = captures.datagrams()
    formats = {f"{unit}{order}.pcap": captures.pcap(packets, order, unit == "nano") for unit in ("micro", "nano") for order in "<>"}
    formats |= {f"{name}.pcapng": captures.pcapng(packets, order) for name, order in (("little", "<"), ("big", ">"))}
    formats["raw.pcap"] = captures.pcap([(time, frame[14:]) for time, frame in packets], link=captures.RAW_IP)
    for name, content in formats.items():
        check_datagrams(replay(file(name, content)))
    plain = formats["nano<.pcap"]
    check_datagrams(replay(file("zipped.pcap.gz", gzip.compress(plain))))
    check_datagrams(replay(file("two-members.pcap.gz", gzip.compress(plain[:50]) + gzip.compress(plain[50:]))))
    check_datagrams(replay("-", stdin=plain))
    check_datagrams(replay("-", stdin=gzip.compress(plain)))
    compressed = subprocess.run([needs("zstd"), "-q", "-c"], input=plain, capture_output=True, check=True).stdout
    check_datagrams(replay(file("small.pcap.zst", compressed)))
    check_datagrams(replay("-", stdin=compressed))


def test_folders_and_several_files():
    packets = captures.datagrams(4)
    folder = file("a.pcap", captures.pcap(packets[:2])).parent
    (folder / "b.pcapng").write_bytes(captures.pcap(packets[2:]))
    (folder / "notes.txt").write_text("no capture\n")
    check_datagrams(replay(folder), 4)
    check_datagrams(replay(folder / "a.pcap", folder / "b.pcapng"), 4)


def test_captures_that_are_damaged():
    whole = captures.pcap(captures.datagrams())
    zipped = gzip.compress(captures.pcap(captures.datagrams(250)))
    broken = bytearray(zipped)
    broken[len(broken) // 2] ^= 0x55
    cases = [
        ("cut.pcap", whole[:-3], "cut.pcap ends inside a record"),
        ("cut-head.pcap", whole[:-len(captures.datagrams()[0][1]) - 5], "cut-head.pcap ends inside a record"),
        ("cut.pcap.gz", zipped[:-40], "not read to its end"),
        ("flipped.pcap.gz", bytes(broken), "not read to its end"),
        ("huge-record.pcap", whole + b"\x00" * 8 + b"\xff\xff\xff\x7f" * 2 + bytes(40), "huge-record.pcap"),
    ]
    for name, content, text in cases:
        run = Run("replay", "--no-rules", file(name, content)).expect(DONE, "NOT SEEN", text)
        run.events()  # every line is whole
        metrics = run.metrics()
        assert metrics["weir_capture_files_cut_off_total"] + metrics["weir_capture_files_damaged_total"] == 1, name
        check_accounts(metrics)


def test_snap_length_and_time_that_runs_backwards():
    packets = captures.datagrams()
    run = Run("replay", "--no-rules", file("snapped.pcap", captures.pcap(packets, snap=44))).expect(DONE, "3  packets cut by the capture's snap length")
    assert run.metrics()["weir_packets_snapped_total"] == 3
    check_accounts(run.metrics(), 3)
    run = Run("replay", "--no-rules", file("backwards.pcap", captures.pcap(packets[::-1]))).expect(DONE, "2  packets with a time before")
    assert run.metrics()["weir_packets_time_backwards_total"] == 2
    assert len(run.events("flow")) == 3


# ---------------------------------------------------------------- what it answers


def test_fail_on():
    capture = PCAPS / "intrusion-telnet-out.pcap"
    rule = file("one.rules", 'alert tcp any any -> any any (msg:"telnet"; flow:established; priority:2; threshold:type limit, track by_src, count 1, '
                             'seconds 3600; sid:1;)\n')
    for severity, code in (("high", DONE), ("1", DONE), ("medium", ALERTS), ("2", ALERTS), ("low", ALERTS), ("info", ALERTS)):
        replay("--rules", rule, "--fail-on", severity, capture).expect(code)
    replay("--rules", rule, capture).expect(DONE)
    replay("--no-rules", "--fail-on", "info", capture).expect(DONE)


def shape_of(value):
    """Keys and types, all the way down: events alike in these are alike to the schema, and one of them is enough to check."""
    if isinstance(value, dict):
        return tuple((key, shape_of(item)) for key, item in sorted(value.items()))
    if isinstance(value, list):
        return tuple(sorted({repr(shape_of(item)) for item in value}))
    return type(value).__name__


def check_schema(folder):
    lines = (folder / "weir-out" / "eve.json").read_text().splitlines()
    assert lines, "no events"
    events = [json.loads(line) for line in lines]
    if jsonschema is None:
        for number, event in enumerate(events, 1):
            missing = {"timestamp", "event_type"} - set(event)
            assert not missing, f"eve.json:{number}: without {', '.join(missing)}"
        return
    schema = json.loads((TREE / "docs" / "eve.schema.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    seen = set()
    for number, event in enumerate(events, 1):
        if (shape := (event["event_type"], shape_of(event))) in seen:
            continue
        seen.add(shape)
        for error in validator.iter_errors(event):
            where = "/".join(map(str, error.absolute_path))
            raise AssertionError(f"eve.json:{number}: {where}: {error.message}")


def check_repeatable(*arguments):
    """The same bytes from two runs and from any number of workers; sound events and metrics."""
    first = replay("--threads", 1, *arguments).expect(DONE)
    lines = (first.folder / "weir-out" / "eve.json").read_bytes().splitlines()
    for threads in (1, 2, 3):
        again = (replay("--threads", threads, *arguments).expect(DONE).folder / "weir-out" / "eve.json").read_bytes().splitlines()
        if again != lines:
            number = next((i for i, (one, other) in enumerate(zip(lines, again)) if one != other), min(len(lines), len(again)))
            here, there = ((both[number : number + 1] or [b"(end)"])[0].decode() for both in (lines, again))
            raise AssertionError(f"--threads {threads}: line {number + 1} of eve.json differs:\n- {here}\n+ {there}")
    check_schema(first.folder)
    check_accounts(first.metrics())
    return first


def test_own_captures_give_the_same_bytes():
    own = sorted(PCAPS.glob("*.pcap"))
    run = check_repeatable(*own)
    assert run.events("alert")
    if (PCAPS / "demo" / "policy.yaml").exists():
        check_repeatable("--policy", PCAPS / "demo" / "policy.yaml", *own)


def test_shared_captures_give_the_same_bytes():
    if not SHARED.exists():
        raise Skipped("the shared captures are not here")
    check_repeatable(SHARED)


def test_metrics_are_prometheus_text():
    run = replay(PCAPS / "intrusion-telnet-out.pcap").expect(DONE)
    page = (run.folder / "weir-out" / "metrics.prom").read_bytes()
    checked = subprocess.run([needs("promtool"), "check", "metrics"], input=page, capture_output=True, timeout=SECONDS)
    assert checked.returncode == 0 and not checked.stdout and not checked.stderr, (checked.stdout + checked.stderr).decode()


def test_evidence_opens_elsewhere_and_begins_before_the_alert():
    needs("tcpdump")
    run = replay("--rules", file("late.rules", 'alert tcp any any -> any any (msg:"late"; flow:established,to_client; content:"login"; nocase; sid:1;)\n'),
                 PCAPS / "intrusion-telnet-out.pcap").expect(DONE)
    alerts = [event for event in run.events("alert") if "evidence" in event["weir"]]
    assert alerts, "no alert with evidence"
    for alert in alerts:
        path = run.folder / "weir-out" / alert["weir"]["evidence"]
        read = subprocess.run(["tcpdump", "-n", "-tt", "-r", str(path)], capture_output=True, text=True, timeout=SECONDS)
        assert read.returncode == 0, read.stderr
        times = [float(line.split()[0]) for line in read.stdout.splitlines()]
        stamp = subprocess.run(["date", "-u", "-d", alert["timestamp"], "+%s.%6N"], capture_output=True, text=True, check=True).stdout
        assert sum(time < float(stamp) - 1e-6 for time in times) >= 3, f"{path.name}: no handshake before the alert"
        assert any(abs(time - float(stamp)) < 1e-5 for time in times), f"{path.name}: the alert's own packet is missing"
        if shutil.which("capinfos"):
            subprocess.run(["capinfos", str(path)], capture_output=True, check=True, timeout=SECONDS)


def main():
    global weir_binary, _scratch
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    weir_binary = str(pathlib.Path(sys.argv[1]).resolve())
    tests = {name: function for name, function in globals().items() if name.startswith("test_")}
    failed = 0
    for name in sys.argv[2:] or tests:
        _scratch = tempfile.TemporaryDirectory(prefix="weir-cli-")
        with _scratch:
            try:
                tests[name]()
                print(f"ok       {name}")
            except Skipped as reason:
                print(f"skipped  {name}: {reason}")
            except Exception as error:  # whatever goes wrong is this test's failure, and the others still run
                failed += 1
                print(f"FAILED   {name}: {error}\n{traceback.format_exc(limit=-2)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
