"""The page a plan is written on: lines of Python, the names they use and define, and the function they become.

While a line is being prepared, the names it will use and define are gathered on the page (``use``, ``define``);
``line`` ends it. ``insert`` puts in a line before the one being prepared. Lines of the stretch that may be compiled
(see ``isolating``) become a function of their own, ``stretch``, which the plan calls.
"""

from itertools import count as counting
from types import FunctionType

from lazytf.runtime.compiling import compiled_when_hot
from lazytf.runtime.listing import show

_numbers = counting()


class Line:
    """One line: the operation it stands for, the names it uses and defines, whether it may be compiled.

    ``guards`` are the conditions under which it runs, ``given`` the expressions a kernel is called with, or None
    where the line calls none.
    """

    __slots__ = ("text", "op", "uses", "defines", "in_stretch", "guards", "given")

    def __init__(self, text, op, uses, defines, in_stretch, guards=(), given=None):
        self.text, self.op, self.uses, self.defines = text, op, uses, defines
        self.in_stretch, self.guards, self.given = in_stretch, guards, given


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
        self.guards = ()  # the conditions under which lines written now run, such as ("h3", "not h5")
        self._guarded = {}  # name -> the conditions under which it is defined
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
        self._note_guards(name, self.guards)
        self._defines.append(name)
        return name

    def is_visible(self, name):
        """Whether a name is defined wherever lines written now run."""
        return set(self._guarded.get(name, ())).issubset(self.guards)

    def _note_guards(self, name, guards):
        if guards:
            self._guarded[name] = guards

    @property
    def uses(self):
        """The names that the line being prepared uses."""
        return self._uses

    def line(self, text, op, comment="", given=None):
        """Ends the line being prepared."""
        self._append(text, op, self._uses, self._defines, comment, self.in_stretch, self.guards, given)
        self._uses, self._defines = [], []

    def insert(self, text, op, comment="", uses=(), defines=None, shape=None, always=False):
        """A line before the one being prepared, outside the stretch unless it uses what the stretch made; ``always``,
        it runs whatever the conditions.
        """
        guards = () if always else self.guards
        if defines is not None:
            self.defined[defines] = shape
            self._note_guards(defines, guards)
        inside = self.in_stretch and not self._inside.isdisjoint(uses)
        self._append(text, op, list(uses), [] if defines is None else [defines], comment, inside, guards)

    def switch(self, text):
        """A line that belongs wherever it is written, before the one being prepared."""
        self._append(text, None, [], [], "", self.in_stretch, ())

    def _append(self, text, op, uses, defines, comment, in_stretch, guards, given=None):
        text = f"{text}  # {comment}" if comment else text
        uses += [guard.removeprefix("not ") for guard in guards]
        self.lines.append(Line(text, op, uses, defines, in_stretch, guards, given))
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
                if None in (self.defined[name] or (None,)) and self.defined[name] != ()
            ]
            self.globals["stretch"] = compiled_when_hot(self.globals["stretch"], varying)
        return Source(self.globals["plan"], source, origins, filename)

    def _with_stretch_as_call(self, inner):
        """``(lines with the stretch as one call, its inputs)``; the lines as they are where it is in pieces."""
        first, last = self.lines.index(inner[0]), len(self.lines) - self.lines[::-1].index(inner[-1])
        before = [line for line in self.lines[first:last] if not line.in_stretch]
        used = dict.fromkeys(n for line in inner for n in line.uses if n in self.defined and n not in self._inside)
        inputs, later = list(used), {n for line in self.lines[last:] for n in line.uses}
        outputs = [n for n in dict.fromkeys(n for line in inner for n in line.defines) if n in later]
        if not outputs or any(n.startswith("h") for n in inputs):  # NumPy values are for Python to look at
            return self.lines, []
        inner.append(Line(f"return [{', '.join(outputs)}]", None, outputs, [], True))
        call = f"{', '.join(outputs)}{',' * (len(outputs) == 1)} = stretch({', '.join(inputs)})"
        return [*self.lines[:first], *before, Line(call, None, inputs, outputs, False), *self.lines[last:]], inputs


def _add_function(text, origins, name, parameters, lines):
    """Adds one function to the text; names are deleted after the line that uses them last, but for those that only one
    branch knows.
    """
    text.append(f"def {name}({', '.join(parameters)}):")
    origins.append(None)
    last = {used: number for number, line in enumerate(lines) for used in line.uses}
    own = {n for line in lines if not line.guards for n in line.defines}
    dying, guards = {}, ()
    for used, number in last.items():
        if used in own and number < len(lines) - 1 and not lines[number].guards:
            dying.setdefault(number, []).append(used)
    for number, line in enumerate(lines):
        if line.guards and line.guards != guards:
            text.append(f"    if {' and '.join(line.guards)}:")
            origins.append(None)
        guards = line.guards
        text.append("    " + "    " * bool(guards) + line.text)
        origins.append(line)
        if number in dying:
            text.append("    del " + ", ".join(dying[number]))
            origins.append(None)
    text.append("")
    origins.append(None)
