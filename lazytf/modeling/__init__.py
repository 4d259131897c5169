"""What networks are built of: layers, recurrent cells and loops over time.

May import ``core``, ``ops``, ``state`` and ``control_flow``. The files, lowest first:

    identifiers     activations and initializers by name
    input_spec      what the inputs of a layer must be
    layer           the base of all layers: variables made once, named and shared by scope
    cells           recurrent cells: one step of a network in time
    wrappers        cells around cells: dropout, residuals, devices, several in a stack
    steps           one step of sequences that may be over, and what else all networks over time share
    unrolled        cells run over a list: ``static_rnn``, in both directions too
    recurrent       cells run over time by a loop: ``dynamic_rnn``, in both directions too, ``raw_rnn``
"""
