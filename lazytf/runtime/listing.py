"""Source that was written while the program runs, where tracebacks and debuggers look for it."""

import linecache
import weakref


def show(function, source, filename):
    """Lets tracebacks and debuggers find the lines of a written function, for as long as it lives."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    weakref.finalize(function, linecache.cache.pop, filename, None).atexit = False
