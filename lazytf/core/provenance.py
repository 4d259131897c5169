"""Where in the user's program an operation was made, kept cheaply and told when asked.

Every operation remembers the call stack that made it, without lazytf's own frames, as code objects and instruction
offsets: a handful of pointers. Line numbers and source text are looked up only when somebody reads them.
"""

import linecache
import os
import sys

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_DEPTH = 24  # innermost frames kept: enough to see through a framework built on ours
_is_ours: dict[str, bool] = {}  # file name -> whether it lies in this package


def user_stack():
    """``(code, offset)`` pairs of the caller's stack outside lazytf, innermost first, as one flat tuple."""
    frame, stack = sys._getframe(2), []
    while frame is not None:
        code = frame.f_code
        name = code.co_filename
        ours = _is_ours.get(name)
        if ours is None:
            ours = _is_ours[name] = name.startswith(_PACKAGE) or name.startswith("<frozen ")
        if not ours:
            stack.append(code)
            stack.append(frame.f_lasti)
            if len(stack) >= 2 * _DEPTH:
                break
        frame = frame.f_back
    return tuple(stack)


def innermost(stack):
    """``file:line`` of the user's line that a stack ends in; empty where the stack is."""
    return f"{stack[0].co_filename}:{_line(stack[0], stack[1])}" if stack else ""


def frames(stack):
    """TensorFlow's form of a stack, outermost first: ``(file, line, function, source)`` tuples."""
    pairs = zip(stack[-2::-2], stack[-1::-2], strict=True)
    return [
        (
            code.co_filename,
            line := _line(code, offset),
            code.co_name,
            linecache.getline(code.co_filename, line).strip() or None,
        )
        for code, offset in pairs
    ]


def _line(code, offset):
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno
