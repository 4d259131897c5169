"""Writes tests/reference/ops.tsv: every op that TensorFlow 1.15 registers, in the notation of lazytf/core/schema.py.

    python -m tools.op_table OPS GRADIENTS

OPS is JSON: op type -> its inputs, attrs and outputs as the registration has them, and whether it is stateful;
GRADIENTS a table ``op type, rule or none`` of those that have a gradient rule or are declared to have none.
"""

import csv
import json
import sys
from pathlib import Path

from lazytf.core.dtypes import GROUPS

TABLE = Path(__file__).resolve().parent.parent / "tests" / "reference" / "ops.tsv"
GROUP_OF = {frozenset(dtype.name for dtype in group): name for name, group in GROUPS.items()}
AMBIGUOUS = ("bool", "string")


def signature(name, op):
    """One op as it would be declared."""
    typed = [f"{arg['name']}: {argument(arg)}" for arg in op["inputs"]]
    attrs = [f"{attr['name']}: {attribute(attr)}" for attr in op["attrs"]]
    outputs = [f"{arg['name']}: {argument(arg)}" for arg in op["outputs"]]
    return f"{name}({', '.join(typed + attrs)}) -> ({', '.join(outputs)})"


def argument(arg):
    """The type of an input or output: ``ref T``, ``N*T``, ``list(Tin)``."""
    kind = f"list({arg['types']})" if "types" in arg else arg["type"]
    if "number" in arg:
        kind = f"{arg['number']}*{kind}"
    return ("ref " if arg.get("ref") else "") + kind


def attribute(attr):
    """The kind of an attr, with its minimum and its default."""
    kind = attr["type"]
    if "allowed" in attr:
        kind = choices(attr["allowed"]) if "type" in kind else "{" + ", ".join(map(repr, attr["allowed"])) + "}"
        kind = f"list({kind})" if attr["type"].startswith("list") else kind
    elif "default" not in attr and kind in AMBIGUOUS:
        kind = "attr " + kind
    minimum = f" >= {attr['minimum']}" if "minimum" in attr else ""
    return kind + minimum + (f" = {default(attr)}" if "default" in attr else "")


def choices(dtypes):
    """A set of dtypes, by the name of its group where it has one."""
    return "{" + (GROUP_OF.get(frozenset(dtypes)) or ", ".join(dtypes)) + "}"


def default(attr):
    """A default as Python writes it: a type by its name, a shape as its sizes, None for an unknown rank."""
    value = attr["default"]
    if attr["type"] == "type":
        return value
    if isinstance(value, dict) and "tensor" in value:  # a constant of integers, the only one there is
        tensor = value["tensor"]
        return f"{tensor['dtype'].removeprefix('DT_').lower()}({tensor['intVal']})"
    if isinstance(value, dict) and "shape" in value:
        sizes = value["shape"].get("dim", [])
        return None if value["shape"].get("unknownRank") else [int(size["size"]) for size in sizes]
    return repr(value)


def main(ops, gradients):
    """Writes the table."""
    with open(gradients, newline="", encoding="utf-8") as file:
        rules = dict(csv.reader(file, delimiter="\t"))
    ops = json.loads(Path(ops).read_text(encoding="utf-8"))
    rows = [
        (signature(name, op), "stateful" if op.get("stateful") else "", rules.get(name, "missing"))
        for name, op in sorted(ops.items())
    ]
    TABLE.write_text("signature\tstate\tgradient\n" + "".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    print(f"{TABLE}: {len(rows)} ops")


if __name__ == "__main__":
    main(*sys.argv[1:])
