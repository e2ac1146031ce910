#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the generated parts of docs/ anew from the tables in a built weir; with --check says which are out of date.

A generated section stands between `<!-- generated: NAME -->` and `<!-- end generated -->`; NAME is the command that
prints it. Whole files are listed below.
"""
import argparse
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ("protocols.md", "metrics.md", "eve.md", "operations.md", "rules.md", "policy.md")
WHOLE = {"eve.schema.json": "weir docs schema"}
SECTION = re.compile(r"(<!-- generated: (weir [a-z -]+) -->\n)(.*?)(<!-- end generated -->)", re.DOTALL)
OPENING = re.compile(r"<!-- generated:")


def output_of(program, command):
    """What `weir ...` prints."""
    words = command.split()[1:]
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"`{command}` failed: {done.stderr.strip()}")
    return done.stdout


def renew(program, page):
    """The page with its sections as the program prints them."""
    text = page.read_text()
    sections = SECTION.findall(text)
    if len(sections) != len(OPENING.findall(text)) or not sections:
        sys.exit(f"{page.relative_to(ROOT)}: a generated section without its end, or none at all")
    return SECTION.sub(lambda match: f"{match[1]}\n{output_of(program, match[2]).strip()}\n\n{match[4]}", text)


def metrics_of_a_run(program):
    """Names of the metrics that a replay writes: the reference must list the same."""
    with tempfile.TemporaryDirectory() as folder:
        capture = pathlib.Path(folder) / "empty.pcap"
        capture.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        subprocess.run([program, "replay", "--quiet", "--no-rules", "--output", folder, str(capture)], check=True)
        text = (pathlib.Path(folder) / "metrics.prom").read_text()
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="a built weir")
    arguments.add_argument("--check", action="store_true", help="write nothing; exit code 1 if something is out of date")
    options = arguments.parse_args()
    program = str(pathlib.Path(options.program).resolve())

    wanted = {ROOT / "docs" / name: renew(program, ROOT / "docs" / name) for name in PAGES}
    wanted.update({ROOT / "docs" / name: output_of(program, command) for name, command in WHOLE.items()})
    listed = set(re.findall(r"^\| `(weir_\w+)`", output_of(program, "weir docs metrics"), re.MULTILINE))
    written = metrics_of_a_run(program)
    if listed != written:
        sys.exit(f"`weir docs metrics` and metrics.prom differ: {', '.join(sorted(listed ^ written))}")

    stale = [page for page, text in wanted.items() if not page.exists() or page.read_text() != text]
    for page in stale:
        if options.check:
            print(f"{page.relative_to(ROOT)}:1: out of date", file=sys.stderr)
        else:
            page.write_text(wanted[page])
            print(f"{page.relative_to(ROOT)}: renewed")
    if stale and options.check:
        sys.exit("run ./dev docs and commit what it changes")


if __name__ == "__main__":
    main()
