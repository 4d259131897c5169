"""Op families: for each op its signature, shape rule, torch kernel and public function, together in one place.

May import ``core`` and ``formats``. A family reaches the op types of another by ``raw.<OpType>``; where a public
function is built from other public functions it imports them from the families above it in this list, lowest first:

    sentences       sentences in TensorFlow's words
    unsigned        a detour for the unsigned integers torch hardly computes with
    constants       ``tf.constant``, and Python values where a tensor is wanted
    placeholders    tensors whose values a run is given
    identity        operations whose result is their input
    casting         changing the type of elements
    measuring       shape, size and rank as tensors
    filling         fill, zeros, ones, ranges, one-hot rows
    control         waiting, checking, printing, calling Python
    unary           functions of each element
    binary          arithmetic on two tensors
    sums            sums of a list of tensors
    limits          values kept within limits
    comparison      comparisons, and logic on what they say
    joining         concat, stack, unstack, split
    reshaping       the same elements in another shape
    tiling          repeated, padded, broadcast, reversed
    selecting       where, masks, unique, permutations
    slicing         ``tensor[1:3, ..., tf.newaxis]``
    gathering       rows by their numbers
    partitioning    rows dealt out, and put together again
    reduction       many elements along some axes become one
    sequences       sequences that end before their tensor does
    segments        rows that carry the same number become one
    sets            vectors as sets
    strings         strings in tensors
    linalg          products of matrices, diagonals, transposes
    norms           lengths, and tensors scaled to a length
    decompositions  factors, inverses, linear equations
    random          random numbers
    activations     what a neuron does with its sum
    cross_entropy   how far predictions are from the truth
    nn              biases, softmax, moments, dropout
    convolution     windows that slide over images
    embedding       rows of an embedding table
    operators       Python's operators on tensors
    branching       where branches part and join
    looping         where loops begin, turn round and end
    array_storage   what an array of tensors holds
    tensor_arrays   arrays of tensors, which a loop fills and reads
    recurrent       cells of recurrent networks as one operation
    functions       calls of functions of graph
    state           the storage of variables
    training        the update ops of optimizers
    queue_storage   what a queue holds
    queues          the ops of queues
    checkpointing   tensors to checkpoints and back
    summaries       values to what TensorBoard shows
    raw_ops         ``tf.raw_ops``

A new op is one block in its family (CONTRIBUTING.md, "Adding an op"); a new family is a file and a line here.
"""
