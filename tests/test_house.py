"""Who imports whom: the rooms of lazytf, their files, and that no arrow points back up."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "lazytf"

# Room -> the rooms it may import. "*" is every room named before it; the table's order is the house's own.
MAY_IMPORT = {
    "core": "",
    "formats": "core",
    "ops": "core formats",
    "autodiff": "core",
    "runtime": "core formats",
    "state": "core ops",
    "control_flow": "core ops state autodiff",
    "interop": "core formats autodiff runtime",
    "platform": "core autodiff runtime",
    "modeling": "core ops state control_flow",
    "pipelines": "core formats ops control_flow runtime",
    "saving": "core formats ops state control_flow runtime",
    "training": "core formats ops autodiff runtime state control_flow platform saving",
    "distributed": "core ops runtime state training",
    "api": "*",
    "contrib": "*",
    "shim": "api",
    "cli": "*",
}
CONTENTS_PAGE = set(MAY_IMPORT) - {"shim", "cli"}  # what lazytf/__init__.py may import

# What may be imported inside a function: packages that an installation can do without.
OPTIONAL = {"cramjam"}

NO_TORCH = ("core", "formats", "autodiff", "state", "api")

ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
FILES = sorted(path for path in ROOT.glob("*/*.py") if path.name != "__init__.py")


def imports(path):
    """``(module, line, whether inside a function)`` of every import of a file; ours down to the file imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively"
            names = [f"{node.module}.{alias.name}" if is_package(node.module) else node.module for alias in node.names]
        for name in dict.fromkeys(names):
            yield name, node.lineno, id(node) in inside


def is_package(module):
    """Whether a module of ours is a folder, so that what is imported from it may be a file."""
    return module.split(".")[0] == "lazytf" and ROOT.parent.joinpath(*module.split(".")).is_dir()


def ours(path):
    """``(room, file or None, line)`` of what a file imports of lazytf; room "" is the package itself."""
    for name, line, _ in imports(path):
        parts = name.split(".")
        if parts[0] == "lazytf":
            room = parts[1] if len(parts) > 1 and (ROOT / parts[1]).is_dir() else ""
            file = parts[2] if room and len(parts) > 2 and (ROOT / room / f"{parts[2]}.py").is_file() else None
            yield room, file, line


def order(room):
    """The files of a room as its ``__init__`` docstring lists them: ``name``, or the first word of an indented line."""
    text = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8")), clean=False) or ""
    here = {path.stem for path in (ROOT / room).glob("*.py")}
    words = [match[1] or match[2] for match in re.finditer(r"``(\w+)``|^ {4}(\w+)(?=\s|$)", text, re.M)]
    return list(dict.fromkeys(word for word in words if word in here))


def relative(path):
    return str(path.relative_to(ROOT))


def test_every_folder_is_a_room_of_the_table():
    folders = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert folders <= set(MAY_IMPORT)
    assert folders == set(ROOMS), "a room has an __init__.py whose docstring says what lives there"


def test_no_room_may_import_one_that_may_import_it():
    rooms = list(MAY_IMPORT)
    for room in rooms:
        allowed = allowed_for(room)
        assert allowed <= set(rooms)
        assert not any(room in allowed_for(other) for other in allowed), room


def allowed_for(room):
    """The rooms that ``room`` may import."""
    rooms = list(MAY_IMPORT)
    if MAY_IMPORT[room] == "*":
        return set(rooms[: rooms.index(room)])
    return set(MAY_IMPORT[room].split())


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_file_imports_only_rooms_it_may(path):
    room = path.parent.name
    allowed = allowed_for(room) | {room}
    if room == "cli":
        allowed.add("")
    wrong = [f"line {line}: lazytf.{other}" for other, _, line in ours(path) if other not in allowed]
    assert not wrong, f"{room} may import {MAY_IMPORT[room] or 'nothing'}"


@pytest.mark.parametrize("room", ROOMS)
def test_files_of_a_room_import_in_the_order_that_its_docstring_lists(room):
    if room == "api":  # its files are namespaces: those inside first
        files = ["surface", *sorted((p.stem for p in (ROOT / room).glob("*.py")), key=lambda name: -name.count("_"))]
    else:
        files = order(room)
        missing = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__", *files}
        assert not missing, f"the docstring of lazytf/{room}/__init__.py leaves out {sorted(missing)}"
    for path in (ROOT / room).glob("*.py"):
        for other, file, line in ours(path):
            if other == room and file is not None and path.stem != "__init__":
                assert files.index(file) < files.index(path.stem), (
                    f"{path.name}:{line} imports {file}, which is listed later"
                )


def test_contents_page_imports_neither_shim_nor_command_line():
    assert {room for room, _, _ in ours(ROOT / "__init__.py")} <= CONTENTS_PAGE


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_nothing_is_imported_inside_a_function_but_optional_packages(path):
    inside = [
        f"line {line}: {name}" for name, line, inner in imports(path) if inner and name.split(".")[0] not in OPTIONAL
    ]
    assert not inside


@pytest.mark.parametrize("room", [room for room in NO_TORCH if room in ROOMS])
def test_room_imports_no_torch(room):
    wrong = [
        f"{path.name}:{line}"
        for path in (ROOT / room).glob("*.py")
        for name, line, _ in imports(path)
        if name.split(".")[0] == "torch"
    ]
    assert not wrong


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name == "runtime"], ids=relative)
def test_runtime_asks_for_no_op_by_its_type(path):
    asked = re.findall(r"\braw\.[A-Z]\w+|\blookup\(\"[A-Z]\w+\"", path.read_text(encoding="utf-8"))
    assert not asked


@pytest.mark.parametrize("path", [ROOT / "__init__.py", *FILES], ids=relative)
def test_file_opens_with_the_line_that_says_its_job(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring and docstring.splitlines()[0].strip()
