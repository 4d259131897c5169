"""A run that is timed line by line: what ``RunOptions.FULL_TRACE`` asks for.

The plan runs under a trace function that notes when each of its lines begins; a line is one operation, so the notes
become TensorFlow's ``StepStats``: per device, per operation, start and duration in microseconds. On an accelerator
the times are those of launching, not of the work.
"""

import sys
import time


def traced(plan, values, run_metadata):
    """Runs ``plan`` and fills ``run_metadata`` (a ``RunMetadata`` message); gives the fetched values."""
    filename, marks = plan.source.filename, []

    def on_line(frame, event, argument):
        if event == "line":
            marks.append((time.perf_counter_ns(), frame.f_lineno))
        elif event == "return":
            marks.append((time.perf_counter_ns(), 0))
        return on_line

    def on_call(frame, event, argument):
        return on_line if frame.f_code.co_filename == filename else None

    base, started = time.time_ns(), time.perf_counter_ns()
    saved = sys.gettrace()
    sys.settrace(on_call)
    try:
        results = plan.call_by_lines(*values)
    finally:
        sys.settrace(saved)
    run_metadata.Clear()
    _fill(run_metadata.step_stats, plan, marks, base - started)
    return results


def _fill(step_stats, plan, marks, offset):
    devices = {}
    for (begin, line), (end, _) in zip(marks, marks[1:], strict=False):
        op = plan.source.operations[line - 1] if 0 < line <= len(plan.source.operations) else None
        if op is None:
            continue
        name = plan.placed[op].name if op in plan.placed else "/job:localhost/replica:0/task:0/device:CPU:0"
        stats = devices.get(name)
        if stats is None:
            stats = devices[name] = step_stats.dev_stats.add(device=name)
        stats.node_stats.add(
            node_name=op.name,
            all_start_micros=(begin + offset) // 1000,
            op_start_rel_micros=0,
            op_end_rel_micros=(end - begin) // 1000,
            all_end_rel_micros=(end - begin) // 1000,
            timeline_label=f"{op.name} = {op.type}({', '.join(t.op.name for t in op._inputs)})",
        )
