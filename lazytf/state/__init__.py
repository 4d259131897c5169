"""Variables: what keeps its value between runs, and the scopes that name and share it.

May import ``core`` and ``ops``. The files, lowest first: ``initializers`` and ``partitioners`` say what a new variable
holds and how it is cut into parts; ``assigning`` the functions that change one; ``initialized`` makes initial values
safe that depend on other variables; ``variables`` and ``resource_variables`` the two kinds there are; ``inventory``
which of them a graph has, and initialising them; ``partitioned`` several that stand for one; ``store`` finds variables
by name or makes them; ``scopes`` the prefixes and defaults they are made under; ``templates`` functions that share
theirs; ``lifting`` lets the bodies of functions find them.

A new initializer is a class in ``initializers``; a new argument of ``get_variable`` starts in ``scopes`` and ends in
``variables``.
"""
