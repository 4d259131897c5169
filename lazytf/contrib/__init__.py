"""``tf.contrib``: the parts of it that programs use. May import everything but the command line.

The files, lowest first:

    linear            linear maps of several tensors side by side
    rnn_cells         recurrent cells beyond those of ``tf.nn.rnn_cell``
    normalized_cells  LSTM cells with layer normalization
    block_cells       cells and networks of one operation
    rnn_wrappers      cells around cells
    rnn_loops         stacks of networks in both directions, and networks as one cell
    rnn               the contents page of ``tf.contrib.rnn``
"""

from lazytf.api.surface import absent as _absent
from lazytf.contrib import rnn as rnn

__getattr__ = _absent("tf.contrib")
