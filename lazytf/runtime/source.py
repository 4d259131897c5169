"""The page a plan is written on: lines of Python, the names they use and define, and the function they become.

While a line is being prepared, the names it will use and define are gathered on the page (``use``, ``define``);
``line`` ends it. ``insert`` puts in a line before the one being prepared. Every line has a *path*: the headers of the
``if`` and ``for`` blocks it stands in, outermost first. Lines of the stretch that may be compiled (see ``isolating``)
become a function of their own, ``stretch``, which the plan calls.
"""

from itertools import count as counting
from types import FunctionType

from lazytf.runtime.compiling import compiled_when_hot
from lazytf.runtime.listing import show

_numbers = counting()


class Line:
    """One line: the operation it stands for, the names it uses and defines, the blocks it stands in.

    ``given`` are the expressions a kernel is called with, or None where the line calls none.
    """

    __slots__ = ("text", "op", "uses", "defines", "in_stretch", "path", "given")

    def __init__(self, text, op, uses, defines, in_stretch, path=(), given=None):
        self.text, self.op, self.uses, self.defines = text, op, uses, defines
        self.in_stretch, self.path, self.given = in_stretch, path, given


class Header:
    """The head of a block: ``if`` with a condition such as ``h3`` or ``not h5``, or a loop, which is like no other."""

    __slots__ = ("text", "op", "condition", "given")

    def __init__(self, condition="", text="", op=None):
        self.condition, self.text, self.op, self.given = condition, text or f"if {condition}:", op, None

    @property
    def is_loop(self):
        return not self.condition

    @property
    def name(self):
        """The name that a condition looks at."""
        return self.condition.removeprefix("not ")

    def __eq__(self, other):
        return self is other or (bool(self.condition) and self.condition == other.condition)

    def __hash__(self):
        return hash(self.condition)


class Source:
    """A written plan: the function, its text, and for each line its operation and the kernel's arguments."""

    __slots__ = ("function", "text", "operations", "arguments", "filename")

    def __init__(self, function, text, lines, filename):
        self.function, self.text, self.filename = function, text, filename
        self.operations = [line and line.op for line in lines]
        self.arguments = [line and line.given for line in lines]

    def by_lines(self):
        """The function with its stretch never compiled, so that each line of the text is run as it stands."""
        function = self.function
        stretch = function.__globals__.get("stretch")
        if stretch is None:
            return function
        return FunctionType(function.__code__, {**function.__globals__, "stretch": stretch.__wrapped__}, "plan")

    def arguments_at(self, line, frame):
        """The arguments of the kernel call in a line, from the frame in which it failed; None for other lines."""
        texts = self.arguments[line - 1]
        return None if texts is None else [eval(text, frame.f_globals, frame.f_locals) for text in texts]


class Page:
    """Lines in the order they run, and the globals they refer to."""

    def __init__(self, bindings):
        self.globals = dict(bindings)
        self.lines = []
        self.defined = {}  # name -> the static shape of what it holds, as far as it is known
        self.in_stretch = False  # whether lines written now may be compiled
        self.path = ()  # the headers of the blocks that lines written now stand in
        self._paths = {}  # name -> the path under which it was first defined
        self._inside = set()  # names defined by such lines
        self._uses, self._defines = [], []

    # -- writing ----------------------------------------------------------------------------------------------------

    def use(self, name):
        """``name``, which the line being prepared uses."""
        self._uses.append(name)
        return name

    def define(self, name, shape=None):
        """``name``, which the line being prepared defines."""
        self.defined[name] = shape
        self._paths.setdefault(name, self.path)
        self._defines.append(name)
        return name

    def is_visible(self, name):
        """Whether a name is defined wherever lines written now run."""
        path = self._paths.get(name, ())
        return not path or set(path).issubset(self.path)

    def outlives(self, name, path):
        """Notes that a name is defined wherever lines of ``path`` run, though its line stands in an inner block."""
        self._paths[name] = path

    @property
    def uses(self):
        """The names that the line being prepared uses."""
        return self._uses

    def line(self, text, op, comment="", given=None):
        """Ends the line being prepared."""
        self._append(text, op, self._uses, self._defines, comment, self.in_stretch, self.path, given)
        self._uses, self._defines = [], []

    def insert(self, text, op, comment="", uses=(), defines=None, shape=None, always=False):
        """A line before the one being prepared, outside the stretch unless it uses what the stretch made; ``always``,
        it stands before all loops, and runs whatever the conditions.
        """
        path = () if always else self.path
        if defines is not None:
            self.defined[defines] = shape
            self._paths.setdefault(defines, path)
        inside = self.in_stretch and (bool(self.loops(path)) or not self._inside.isdisjoint(uses))
        self._append(text, op, list(uses), [] if defines is None else [defines], comment, inside, path)
        if always and self.loops(self.path):
            line, at, outermost = self.lines.pop(), len(self.lines), next(h for h in self.path if h.is_loop)
            while at and outermost in self.lines[at - 1].path:
                at -= 1
            self.lines.insert(at, line)

    def switch(self, text):
        """A line that belongs wherever it is written, before the one being prepared, whatever the conditions there."""
        self._append(text, None, [], [], "", self.in_stretch, self.loops(self.path))

    @staticmethod
    def loops(path):
        """``path`` down to its innermost loop."""
        depth = next((i for i in range(len(path), 0, -1) if path[i - 1].is_loop), 0)
        return path[:depth]

    def _append(self, text, op, uses, defines, comment, in_stretch, path, given=None):
        text = f"{text}  # {comment}" if comment else text
        uses += [header.name for header in path if header.condition]
        self.lines.append(Line(text, op, uses, defines, in_stretch, path, given))
        if in_stretch:
            self._inside.update(defines)

    def bind(self, name, value):
        """``name`` as a global that holds ``value``, unless it holds something already."""
        self.globals.setdefault(name, value)
        return name

    # -- compiling --------------------------------------------------------------------------------------------------

    def compiled(self, parameters):
        """The plan's ``Source``: a function of ``parameters``."""
        outer, text, origins, inputs = self.lines, [], [], []
        inner = [line for line in outer if line.in_stretch]
        if inner:
            outer, inputs = self._with_stretch_as_call(inner)
        has_stretch = outer is not self.lines
        if has_stretch:
            _add_function(text, origins, "stretch", inputs, inner)
        _add_function(text, origins, "plan", parameters, outer)
        source = "\n".join(text) + "\n"
        filename = f"<lazytf plan {next(_numbers)}>"
        exec(compile(source, filename, "exec"), self.globals)
        show(self.globals["plan"], source, filename)
        if has_stretch:
            varying = [
                i
                for i, name in enumerate(inputs)
                if name[0] != "h" and None in (self.defined[name] or (None,)) and self.defined[name] != ()
            ]
            hosted = [i for i, name in enumerate(inputs) if name[0] == "h"]
            self.globals["stretch"] = compiled_when_hot(self.globals["stretch"], varying, hosted)
        return Source(self.globals["plan"], source, origins, filename)

    def _with_stretch_as_call(self, inner):
        """``(lines with the stretch as one call, its inputs)``; the lines as they are where it is in pieces."""
        first, last = self.lines.index(inner[0]), len(self.lines) - self.lines[::-1].index(inner[-1])
        before = [line for line in self.lines[first:last] if not line.in_stretch]
        used = dict.fromkeys(n for line in inner for n in line.uses if n in self.defined and n not in self._inside)
        inputs, later = list(used), {n for line in self.lines[last:] for n in line.uses}
        outputs = [n for n in dict.fromkeys(n for line in inner for n in line.defines) if n in later]
        stray = any(n[0] in "ho" or self._paths.get(n) for n in outputs)
        stray |= any(n[0] == "o" or self._paths.get(n) for n in inputs)  # what a block made may not be there
        if not outputs or stray or inner[0].path or inner[-1].path:
            return self.lines, []
        inner.append(Line(f"return [{', '.join(outputs)}]", None, outputs, [], True))
        call = f"{', '.join(outputs)}{',' * (len(outputs) == 1)} = stretch({', '.join(inputs)})"
        return [*self.lines[:first], *before, Line(call, None, inputs, outputs, False), *self.lines[last:]], inputs


def _add_function(text, origins, name, parameters, lines):
    """Adds one function to the text."""

    def add(line, origin=None, depth=0):
        text.append("    " * depth + line)
        origins.append(origin)

    add(f"def {name}({', '.join(parameters)}):")
    dying, path, ended = _deaths(lines), (), set()  # depths of the open blocks that are an else
    for number, line in enumerate(lines):
        kept = _common(path, line.path)
        for depth, header in enumerate(line.path[kept:], kept + 1):
            closed = path[kept] if depth == kept + 1 and kept < len(path) and depth not in ended else None
            otherwise = closed is not None and _are_opposite(closed, header)
            ended = {d for d in ended if d < depth} | ({depth} if otherwise else set())
            add("else:" if otherwise else header.text, header, depth)
        path = line.path
        add(line.text, line, len(path) + 1)
        for depth, names in dying.get(number, ()):
            add("del " + ", ".join(names), None, depth + 1)
            path = path[:depth]
    add("")


def _common(path, other):
    """How many headers two paths share."""
    if not path or not other:
        return 0
    return next((i for i, (a, b) in enumerate(zip(path, other, strict=False)) if a != b), min(len(path), len(other)))


def _are_opposite(header, other):
    return not (header.is_loop or other.is_loop) and header.name == other.name and header != other


def _deaths(lines):
    """``{line number: [(depth of the block, names to delete after that line)]}``, innermost blocks first.

    A name is deleted after the line that uses it last, or where that stands in an inner block, after the block; not if
    only some of its uses are sure to find it defined, nor in the last line of a function, nor a NumPy value in a loop.
    """
    made, last, lost = {}, {}, set()
    for number, line in enumerate(lines):
        for n in line.defines:
            if made.get(n) and _common(made[n], line.path) < len(made[n]):
                lost.add(n)
            made.setdefault(n, line.path)
        for n in (*line.uses, *line.defines):
            if n in made:
                last[n] = number
                if made[n] and _common(made[n], line.path) < len(made[n]):
                    lost.add(n)
    found = {}
    for n, number in last.items():
        path = made[n]
        if n in lost or (n[0] == "h" and any(h.is_loop for h in path)):
            continue
        depth = len(path)
        if len(lines[number].path) > depth:
            block = lines[number].path[: depth + 1]
            while number + 1 < len(lines) and lines[number + 1].path[: depth + 1] == block:
                number += 1
        elif n not in lines[number].uses:
            continue  # defined and never used
        if number < len(lines) - 1:
            found.setdefault(number, {}).setdefault(depth, []).append(n)
    return {number: sorted(deaths.items(), reverse=True) for number, deaths in found.items()}
