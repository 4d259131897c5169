"""Measurements as one Markdown table: a median per contender, and lazytf's ratio to it, round by round."""

from statistics import median

BASE = "lazytf"


def table(title, measurements):
    """Lines of a table. A ratio is taken within one round, so what slows the machine slows both its terms."""
    rows = [[title, "contender", "median", "min-max", f"{BASE}/it", "min-max", "result"]]
    for measurement in measurements:
        question = f"{measurement.question} ({measurement.unit})"
        for name, samples in measurement.samples.items():
            rows.append(
                [
                    question,
                    name,
                    *_median_and_spread(samples, _figure),
                    *_ratios(measurement.samples.get(BASE), samples),
                    _result(measurement.results.get(name)),
                ]
            )
            question = ""
    return _aligned(rows)


def _ratios(base, samples):
    if base is None or base is samples:
        return ["-", "-"]
    return _median_and_spread([ours / its for ours, its in zip(base, samples, strict=True)], "{:.3f}".format)


def _median_and_spread(samples, write):
    return [write(median(samples)), f"{write(min(samples))}-{write(max(samples))}"]


def _figure(value):
    """Three digits or more: 0.123, 1.23, 12.3, 123, 1234."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def _result(value):
    return "-" if value is None else f"{value:.6g}"


def _aligned(rows):
    """Rows of cells as Markdown: the first two columns to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    rule = "|".join("-" * (width + 2) if i < 2 else "-" * (width + 1) + ":" for i, width in enumerate(widths))
    return [lines[0], f"|{rule}|", *lines[1:]]
