"""Sessions: from fetches and feeds to a plan of torch calls, and the run of it. No op family is named here.

May import ``core`` and ``formats``. The files, lowest first:

    devices         the devices there are
    tensors         values between NumPy and torch
    random_streams  random numbers equal to TensorFlow's
    resources       what a session owns: variables, queues, streams
    config          ``ConfigProto`` as a record of plain values
    fetches         nested fetches to graph elements, and values back
    pruning         which operations a run needs
    effects         which variables an operation reads and writes
    frames          in which loop
    regions         what torch.autograd records
    locating        what is known before the run, and what runs in NumPy
    structure       in which branch
    ordering        when each operation runs
    placing         on which device
    merging         updates of one step done together
    isolating       the stretch of a plan that may be compiled
    borrowing       what a value may share storage with
    feeds           fed values to what a plan takes
    failures        an exception inside a plan to TensorFlow's error
    autograd        what a gradient line of a plan calls
    listing         where written source can be found
    watching        one run of a stretch, operation by operation
    products        matrix products of a flat program
    flattening      what was watched as straight-line Python
    compiling       when a stretch becomes a flat program
    source          the lines of a plan and their function
    bindings        the globals of a plan's code
    naming          which name holds which tensor, and where
    tape            what autograd must see
    blocks          branches and loops
    writing         operations to Python source
    guarding        what surrounds a plan's function when it runs
    functions       functions of graph as Python callables
    plan            the passes, one after the other
    partial         a run in portions
    tracing         a run timed line by line
    session         ``tf.Session``

A pass is a file with a pure function, named in ``plan``; what a session keeps between runs belongs to ``resources``.
"""
