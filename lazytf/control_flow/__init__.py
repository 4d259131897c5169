"""Bodies of graph: conditions, loops, arrays of tensors, functions; and what is built of them.

May import ``core``, ``ops``, ``state`` and ``autodiff``. The files, lowest first:

    contexts        what an operation built inside a branch or a loop body takes from outside, and how
    conditionals    ``tf.cond``
    checks          ``tf.Assert``, which fails only when it must
    assertions      ``tf.assert_*``
    comparisons     measures of a tensor that are conditionals inside: ``tf.nn.zero_fraction``, ...
    choices         ``tf.case``, ``tf.switch_case``
    loops           ``tf.while_loop``
    tensor_arrays   ``tf.TensorArray``
    mapping         ``tf.map_fn``, folds, scans
    functions       ``Defun``: functions of graph

A plan runs all of it as Python's own control flow (see ``lazytf/runtime/frames.py``).
"""
