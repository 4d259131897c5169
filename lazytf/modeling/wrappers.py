"""Cells around cells: several in a stack, dropout, residual connections, a device of their own."""

import hashlib
import itertools
import numbers

from lazytf.core import contents, graph as graphs
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.shallow import get_traverse_shallow_structure, map_structure_up_to
from lazytf.core.shapes import TensorShape
from lazytf.core.structures import assert_same_structure, is_nested, map_structure
from lazytf.modeling.cells import LSTMStateTuple, RNNCell, assert_like_rnncell, log
from lazytf.modeling.layer import Layer
from lazytf.ops.binary import div
from lazytf.ops.joining import concat
from lazytf.ops.nn import dropout
from lazytf.ops.random import random_uniform
from lazytf.state.scopes import variable_scope


class MultiRNNCell(RNNCell):
    """Cells one upon the other: each takes the output of the one below, the last one's output is the whole's.

    The state is a tuple of their states, or without ``state_is_tuple`` all of them side by side. ``ValueError``
    without cells, and where states are tuples that ``state_is_tuple=False`` cannot join; ``TypeError`` where ``cells``
    is no list or tuple.
    """

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not is_nested(cells):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if len(set(map(id, cells))) < len(cells):
            log.warning("At least two cells provided to MultiRNNCell are the same object and will share weights.")
        self._cells, self._state_is_tuple = cells, state_is_tuple
        if not state_is_tuple and any(is_nested(cell.state_size) for cell in cells):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: "
                f"{[cell.state_size for cell in cells]}"
            )

    @property
    def state_size(self):
        """The tuple of the cells' state sizes, or their sum."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = property(lambda self: self._cells[-1].output_size, doc="That of the last cell.")

    def zero_state(self, batch_size, dtype):
        """The tuple of the cells' states of zeros, or one tensor of zeros."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def _of_cells(self, attribute):
        return [weight for cell in self._cells if isinstance(cell, Layer) for weight in getattr(cell, attribute)]

    @property
    def trainable_weights(self):
        """Those of its cells; none where it is not trainable itself."""
        return self._of_cells("trainable_weights") if self.trainable else []

    @property
    def non_trainable_weights(self):
        """Those of its cells; all of them where it is not trainable itself."""
        others = self._of_cells("non_trainable_weights")
        return others if self.trainable else self._of_cells("trainable_weights") + others

    def call(self, inputs, state):
        """``(output of the last cell, new states)``."""
        if self._state_is_tuple and not (is_nested(state) and len(state) >= len(self._cells)):
            raise ValueError(f"Expected state to be a tuple of length {len(self.state_size)}, but received: {state}")
        position, new_states = 0, []
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                if self._state_is_tuple:
                    cell_state = state[i]
                else:
                    cell_state = raw.Slice(state, [0, position], [-1, cell.state_size])
                    position += cell.state_size
                inputs, new_state = cell(inputs, cell_state)
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)


class CellAround(RNNCell):
    """A cell around another, ``cell``, whose state and sizes it has."""

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell

    state_size = property(lambda self: self.cell.state_size, doc="That of the cell inside.")
    output_size = property(lambda self: self.cell.output_size, doc="That of the cell inside.")

    def zero_state(self, batch_size, dtype):
        """That of the cell inside."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)


class CellWrapper(CellAround):
    """A cell that does something before or after another one runs, in no scope of its own."""

    def __call__(self, inputs, state, scope=None):
        """``(output, new state)`` after one step; ``scope`` is for the cell inside."""
        return self._call_wrapped_cell(inputs, state, self.cell.__call__, scope=scope)

    _arguments = ()  # what get_config tells beside the cell and what all layers are told

    def get_config(self):
        """The arguments to make another like it: of the cell its own configuration, functions as they are."""
        cell = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return {**Layer.get_config(self), "cell": cell, **{name: getattr(self, "_" + name) for name in self._arguments}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A wrapper made with the arguments in ``config``, in which ``"cell"`` must be a cell (``ValueError``)."""
        try:
            assert_like_rnncell("cell", config["cell"])
        except TypeError:
            raise ValueError(
                "RNNCellWrapper cannot reconstruct the wrapped cell. Please overwrite the cell in the config with a "
                "RNNCell instance."
            ) from None
        return cls(**config)

    def _call_wrapped_cell(self, inputs, state, cell_call_fn, **kwargs):
        """What the wrapper does around ``cell_call_fn(inputs, state, **kwargs)``."""
        raise NotImplementedError


def _all_but_memory(state):
    """Dropout touches everything but what an LSTM remembers, and arrays of tensors."""
    if isinstance(state, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not hasattr(state, "flow")


class DropoutWrapper(CellWrapper):
    """Dropout of a cell's inputs, outputs and new state, each kept with its own probability (``tf.nn.dropout``).

    Probabilities are floats, or scalar tensors; a constant 1 adds nothing. ``variational_recurrent`` draws one pattern
    for all steps and rows of the batch, when the wrapper is made (Gal and Ghahramani, 2016): ``dtype`` is needed then,
    and ``input_size`` too where inputs are dropped. ``seed`` gives each place its own seed, from the md5 of seed and
    place. ``dropout_state_filter_visitor(part of the state)`` says which parts are dropped: True, False, or one
    boolean for each child; by default all but the ``c`` of an ``LSTMStateTuple``.

    ``ValueError`` for a probability outside [0, 1] and where ``dtype`` or ``input_size`` is missing, ``TypeError`` for
    what is no cell and for a visitor that cannot be called.
    """

    _arguments = tuple("input_keep_prob output_keep_prob state_keep_prob variational_recurrent input_size seed".split())

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent=False,
        input_size=None,
        dtype=None,
        seed=None,
        dropout_state_filter_visitor=None,
        **kwargs,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        self._dropout_state_filter = dropout_state_filter_visitor or _all_but_memory
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
            self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
            self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        self._variational_recurrent, self._input_size, self._seed = variational_recurrent, input_size, seed
        self._noise = dict.fromkeys(("input", "state", "output"))
        if variational_recurrent:
            self._draw(input_size, dtype)

    def _draw(self, input_size, dtype):
        """Draws the noise of all steps."""
        if dtype is None:
            raise ValueError("When variational_recurrent=True, dtype must be provided")
        places = {"state": self.cell.state_size, "output": self.cell.output_size}
        if _drops(self._input_keep_prob):
            if input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be "
                    "provided"
                )
            places = {"input": input_size, **places}
        for place, sizes in places.items():

            def noise(index, size, place=place):
                shape = concat(([1], TensorShape(size).as_list()), 0)
                return random_uniform(shape, seed=self._gen_seed(place, index), dtype=dtype)

            self._noise[place] = _numbered_map(sizes, noise, sizes)

    def _gen_seed(self, salt_prefix, index):
        """The seed of the ``index``-th draw of a place, "input", "state" or "output"."""
        if self._seed is None:
            return None
        text = f"{self._seed}{salt_prefix}_{index}".encode()
        return int(hashlib.md5(text).hexdigest()[:8], 16) & 0x7FFFFFFF

    wrapped_cell = property(lambda self: self.cell, doc="The cell inside.")

    def _call_wrapped_cell(self, inputs, state, cell_call_fn, **kwargs):
        if _drops(self._input_keep_prob):
            inputs = self._dropped(inputs, "input", self._input_keep_prob)
        output, new_state = cell_call_fn(inputs, state, **kwargs)
        if _drops(self._state_keep_prob):
            which = get_traverse_shallow_structure(self._dropout_state_filter, new_state)
            new_state = self._dropped(new_state, "state", self._state_keep_prob, which)
        if _drops(self._output_keep_prob):
            output = self._dropped(output, "output", self._output_keep_prob)
        return output, new_state

    def _dropped(self, values, place, keep_prob, which=None):
        """``values`` with dropout wherever the structure ``which`` has something else than False."""

        def of_one(index, drops, value, *noise):
            if drops is False:
                return value
            if noise:
                return _with_noise(value, noise[0], keep_prob)
            return dropout(value, rate=1.0 - keep_prob, seed=self._gen_seed(place, index))

        which = values if which is None else which
        noise = [self._noise[place]] if self._variational_recurrent else []
        return _numbered_map(which, of_one, which, values, *noise)


def _probability(name, probability):
    """A float where it is a constant, else the tensor."""
    tensor = convert_to_tensor(probability)
    known = contents.constant_value(tensor)
    if known is None:
        return tensor
    if not 0 <= known <= 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1: {int(known)}")
    return float(known)


def _drops(probability):
    return not isinstance(probability, numbers.Real) or probability < 1


def _with_noise(value, noise, keep_prob):
    kept = raw.Floor(keep_prob + noise)
    result = div(value, keep_prob) * kept
    result.set_shape(value.get_shape())
    return result


def _numbered_map(shallow, function, *structures):
    """``map_structure_up_to``, with the number of the leaf as the function's first argument."""
    count = itertools.count()
    return map_structure_up_to(shallow, lambda *leaves: function(next(count), *leaves), *structures)


class ResidualWrapper(CellWrapper):
    """A cell whose inputs are added to its outputs.

    ``residual_fn(inputs, outputs)`` makes the outputs instead. ``TypeError`` or ``ValueError`` where inputs and
    outputs are not nested alike or their shapes cannot be the same.
    """

    _arguments = ("residual_fn",)

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _call_wrapped_cell(self, inputs, state, cell_call_fn, **kwargs):
        outputs, new_state = cell_call_fn(inputs, state, **kwargs)
        return (self._residual_fn or _sum)(inputs, outputs), new_state


def _sum(inputs, outputs):
    assert_same_structure(inputs, outputs)
    map_structure(lambda x, y: x.get_shape().assert_is_compatible_with(y.get_shape()), inputs, outputs)
    return map_structure(lambda x, y: x + y, inputs, outputs)


class DeviceWrapper(CellWrapper):
    """A cell that runs on ``device``, whatever ``tf.device`` takes."""

    _arguments = ("device",)

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size, dtype):
        """That of the cell inside, on the device."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            with graphs.get_default_graph().device(self._device):
                return self.cell.zero_state(batch_size, dtype)

    def _call_wrapped_cell(self, inputs, state, cell_call_fn, **kwargs):
        with graphs.get_default_graph().device(self._device):
            return cell_call_fn(inputs, state, **kwargs)
