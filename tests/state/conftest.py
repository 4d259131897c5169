"""Every test has a graph of its own."""

import pytest

from lazytf.core.graph import Graph


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph
