"""Writes lazytf/api/surface.tsv: TensorFlow 1.15's public names, how they are called, and how many projects use them.

    python -m tools.surface NAMES USES

NAMES is a table ``symbol, kind, projects, signature`` of every public name of TensorFlow 1.15.5, methods included, as
``inspect`` sees it there; USES a table ``symbol, projects, occurrences`` of the names that published TensorFlow 1
programs use, ``tf.contrib`` and other parts included that NAMES leaves out. Both are tab-separated with a heading.
A method follows its class as ``.name``; what a protobuf message or an exception inherits is left out.
"""

import csv
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "lazytf" / "api" / "surface.tsv"
KEPT = ("function", "class", "value", "module", "method", "property")
INHERITED = {"with_traceback", "args"}


def read(path):
    """The rows of a tab-separated table, its heading left out."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def lines(names, uses):
    """The lines of the table: ``symbol, kind, projects, signature``."""
    projects = {symbol: count for symbol, count, _ in uses}
    known, classes = set(), set()
    for symbol, kind, _, signature in names:
        known.add(symbol)
        owner, _, name = symbol.rpartition(".")
        if kind not in KEPT or name in INHERITED or "tf_decorator" in symbol:
            continue
        if kind == "class":
            classes.add(symbol)
        if kind in ("method", "property"):
            if owner in classes and signature != "(...)":
                yield f".{name}", kind, "", signature
        else:
            yield symbol, kind, projects.get(symbol, "0"), "" if kind == "class" else signature
    for symbol in sorted(set(projects) - known):
        if not symbol.startswith(("tf.python.", "tf.core.", "tf.examples.")):
            yield symbol, "other", projects[symbol], ""


if __name__ == "__main__":
    names, uses = sys.argv[1:]
    text = "".join("\t".join(line) + "\n" for line in lines(read(names), read(uses)))
    TABLE.write_text("symbol\tkind\tprojects\tsignature\n" + text, encoding="utf-8")
    print(f"{TABLE}: {text.count(chr(10))} rows, {len(text) // 1024} KiB")
