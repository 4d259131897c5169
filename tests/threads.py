"""Threads for tests: nothing a test waits for may wait for ever."""

import threading

PATIENCE = 20.0  # seconds, for what should take milliseconds


def started(function, *args):
    """A daemon thread that runs the function; its ``told`` is a list of the result, or of the error it raised."""

    def work():
        try:
            thread.told.append(function(*args))
        except Exception as error:
            thread.told.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.told = []
    thread.start()
    return thread


def ended(*threads):
    """What each thread told, once all have ended; fails if one has not."""
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), f"{thread.name} still waits"
    return [told for thread in threads for told in thread.told]


def until(condition):
    """Returns once ``condition()`` holds, which another thread is about to bring about; fails if it never does."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.001)):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("the condition never came to hold")
