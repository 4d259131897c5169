"""The graph and what it is made of. No torch here, and no op is named.

May import nothing of lazytf but itself. The files, lowest first:

    version      which TensorFlow surface this is
    errors       the exceptions of graphs and sessions, one class per status code
    modes        the switches between TensorFlow's two versions
    texts        bytes and text, as the one that is wanted
    structures   nested structures taken apart and put together again
    shallow      structures taken apart only as deep as another one goes
    collections  the names of the collections that a graph keeps
    defaults     the per-thread stacks of default graphs and sessions
    provenance   where in the user's program an operation was made
    devices      names of devices
    dtypes       the data types a tensor can have
    shapes       what is known of a tensor's shape before it exists
    operation    ``Operation`` and ``Tensor``
    contents     what is known of a tensor's elements
    graph        ``Graph``: names, scopes, collections, the default graph
    schema       op signatures, written as TensorFlow registers them
    registry     the table of op types
    shape_rules  shape rules that many ops share
    build        applying an op type to values
    seeds        the seeds that random operations are built with
    functions    ``Function``: a body of graph, drawn once and run where it is called
    scopes       the blocks and collections of the default graph
    values       values made of several tensors

An op is added in ``ops``; a property that every op type may have, in ``registry``; a kind of argument or attr, in
``schema``.
"""
