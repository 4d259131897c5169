"""To disk and back: graphs as protobuf messages, variables as checkpoints.

May import ``core``, ``formats``, ``ops``, ``state``, ``control_flow`` and ``runtime``. The files, lowest first:

    attr_values        attrs of operations to and from ``AttrValue``
    graph_def          graphs and operations as ``GraphDef`` and ``NodeDef``, and graphs as files
    libraries          the functions of a ``GraphDef`` into a graph
    importing          ``GraphDef`` into a graph
    checkpoint_state   the ``checkpoint`` file: which checkpoints a directory holds, which is the latest
    checkpoint_reading variables of a checkpoint, without a graph or into one
    saveables          what a saver saves: one or more tensors, and how they are restored
    variable_defs      variables to and from ``VariableDef``
    context_defs       branches and loop bodies to and from ``CondContextDef`` and ``WhileContextDef``
    meta_graph         a graph with its collections and saver: ``MetaGraphDef``
    saver              ``tf.train.Saver``

Importing this room gives ``Graph``, ``Operation``, ``TensorShape`` and ``Variable`` the methods that make messages of
them: ``core`` and ``state`` know of no protobuf.
"""
