"""Renders every row again with Python's Jinja2 (3.1) in the environment of transformers' chat templates and compares.

    python check.py            # counts of rows and differences
    python check.py --write    # replaces the expected values
"""
import copy
import datetime
import json
import sys
from pathlib import Path

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2024, 7, 26, 9, 5, 7)


class Generation(Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def refuse(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


ENVIRONMENT = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals.update(raise_exception=refuse, strftime_now=NOW.strftime)


def render(template, variables):
    try:
        return {"expected": ENVIRONMENT.from_string(template).render(**copy.deepcopy(variables))}
    except RecursionError:
        return {"error": {"class": "RecursionError", "message": ""}}
    except Exception as e:
        return {"error": {"class": type(e).__name__, "message": str(e)}}


def renew(case, template, variables):
    bare = {k: v for k, v in case.items() if k not in ("expected", "error")}
    return {**bare, **render(template, variables)}


def renew_row(row):
    if "cases" not in row:
        return renew(row, row["template"], row["vars"])
    chat = lambda c: {**c["vars"], "messages": c["messages"], "add_generation_prompt": c["add_generation_prompt"]}
    return {**row, "cases": [renew(c, row["template"], chat(c)) for c in row["cases"]]}


for path in sorted(Path(__file__).parent.glob("*.jsonl")):
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    again = [renew_row(row) for row in rows]
    print(path.name, len(rows), "rows,", sum(a != b for a, b in zip(rows, again)), "differ")
    if "--write" in sys.argv:
        path.write_text("".join(json.dumps(row) + "\n" for row in again), "utf-8")
