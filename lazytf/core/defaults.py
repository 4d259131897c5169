"""The per-thread stacks of default graphs and default sessions."""

import threading


class Stack(threading.local):
    """What ``with ... .as_default()`` blocks are open in this thread, innermost last."""

    def __init__(self):
        self.items = []

    def push(self, item):
        return _Entry(self, item)

    @property
    def top(self):
        return self.items[-1] if self.items else None


class _Entry:
    """One open block of a stack; blocks close in the order opposite to that of opening."""

    __slots__ = ("stack", "item")

    def __init__(self, stack, item):
        self.stack, self.item = stack, item

    def __enter__(self):
        self.stack.items.append(self.item)
        return self.item

    def __exit__(self, *exc_info):
        items = self.stack.items
        if not items or items[-1] is not self.item:
            raise AssertionError(f"Nesting violated for default stack of {type(self.item)} objects")
        items.pop()


graphs = Stack()
sessions = Stack()


_METHODS = {"tensor": ("evaluate tensor", "eval", ""), "operation": ("execute operation", "run", ":")}


def session_for(graph, session, what):
    """``session``, or the default session of this thread, to run a "tensor" or "operation" of ``graph`` in.

    ``ValueError`` where there is none, or where it runs another graph.
    """
    action, method, colon = _METHODS[what]
    explicit = f"{method}(session=sess)"
    if session is None:
        chosen, which = sessions.top, "the default session"
        if chosen is None:
            raise ValueError(
                f"Cannot {action} using `{method}()`: No default session is registered. Use `with "
                f"sess.as_default(){colon}` or pass an explicit session to `{explicit}`"
            )
    else:
        chosen, which = session, "the given session"
    if chosen.graph is not graph:
        quote = "" if colon else "`"
        hint = f" Pass an explicit session to {quote}{explicit}{quote}." if session is None else ""
        raise ValueError(
            f"Cannot use {which} to {action}: the {what}'s graph is different from the session's graph.{hint}"
        )
    return chosen
