"""What an array of tensors holds during one run, and the rules of writing and reading it.

An array is a list. A slot holds the very tensor that was written, so that torch.autograd differentiates through arrays
unaided, or else a ``Gap``, which says why there is none. What loops do all day, a write to an empty slot and the first
read of a full one, passes a few tests and is done; whatever fails them goes the careful way, which makes room, learns
the shape, makes zeros, or raises TensorFlow's error. Nothing here asks what a tensor is: torch's and NumPy's will do.
"""

import numpy as np
import torch

from lazytf.core.dtypes import as_dtype
from lazytf.core.errors import UnimplementedError
from lazytf.core.shapes import compatible
from lazytf.ops.sentences import bracketed, refuse

STRINGS = np.dtype(object)


class Gap:
    """A slot without a tensor; it stands for zeros of ``shape`` where that is known."""

    __slots__ = ("shape", "was_read")

    def __init__(self, shape=None, was_read=False):
        self.shape, self.was_read = shape, was_read


_UNWRITTEN, _CLEARED = Gap(), Gap(was_read=True)


class Array:
    """The elements of a ``TensorArray``, all of one ``dtype``; ``name`` is what errors call it.

    ``shape`` is what every element's shape must agree with, None where anything goes. ``grows``: writing beyond the end
    makes room. ``clears``: an element is let go of when it is read. ``is_uniform``: the first element written settles
    ``shape``. ``sums``: elements written to one slot are added up, as in an array of gradients.
    """

    __slots__ = (
        "name",
        "dtype",
        "elements",
        "shape",
        "grows",
        "clears",
        "is_uniform",
        "sums",
        "is_closed",
        "_kept",
        "_gradients",
    )

    def __init__(self, name, dtype, size, shape=None, *, grows=False, clears=True, is_uniform=False, sums=False):
        self.name, self.dtype, self.shape = name, STRINGS if dtype is None else dtype, shape
        self.elements = [_UNWRITTEN] * size
        self.grows, self.clears, self.is_uniform, self.sums = grows, clears, is_uniform, sums
        self.is_closed, self._kept, self._gradients = False, set(), {}  # kept: slots that were read and not cleared

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, index, value):
        """Puts a tensor into a slot."""
        elements = self.elements
        if (
            value.shape == self.shape
            and value.dtype is self.dtype
            and 0 <= index < len(elements)
            and elements[index] is _UNWRITTEN
        ):
            elements[index] = value
        else:
            self._write_carefully(index, value)

    def _write_carefully(self, index, value):
        self.check_written(value)
        elements = self.elements
        if index < 0 or (index >= len(elements) and not self.grows):
            self._refuse(f"Tried to write to index {index} but array is not resizeable and size is: {len(elements)}")
        if index >= len(elements):
            self.resize(index + 1)
        if not compatible(self.shape, tuple(value.shape)):
            self._refuse(
                f"Could not write to TensorArray index {index} because the value shape is {bracketed(value.shape)} "
                "which is incompatible with the TensorArray's inferred element shape: "
                f"{_text(self.shape)} (consider setting infer_shape=False)."
            )
        if self.is_uniform:
            self.shape = tuple(value.shape)
        slot = elements[index]
        if index in self._kept or (type(slot) is Gap and slot.was_read):
            self._refuse(f"Could not write to TensorArray index {index} because it has already been read.")
        elements[index] = value if slot is _UNWRITTEN else self._sum(index, slot, value)

    def _sum(self, index, slot, value):
        if not self.sums:
            self._refuse(f"Could not write to TensorArray index {index} because it has already been written to.")
        if tuple(slot.shape) != tuple(value.shape):
            self._refuse(
                f"Could not aggregate to TensorArray index {index} because the existing shape is "
                f"{bracketed(slot.shape)} but the new input shape is {bracketed(value.shape)}."
            )
        if type(slot) is Gap:
            return value
        if self.dtype in (torch.bool, STRINGS):
            refuse(f"tensor_array::AddToTensor type not supported: {_dtype_name(self.dtype)}")
        return slot + value

    def check_written(self, value):
        """Raises where nothing of that tensor's dtype can be written, or nothing at all."""
        if value.dtype != self.dtype:
            refuse(
                f"TensorArray dtype is {_dtype_name(self.dtype)} but Op is trying to write dtype "
                f"{_dtype_name(value.dtype)}."
            )
        self._check_open()

    def resize(self, size):
        """Makes room at the end, up to ``size`` slots."""
        self.elements += [_UNWRITTEN] * (size - len(self.elements))

    # -- reading ----------------------------------------------------------------------------------------------------

    def read(self, index, dtype, device=None):
        """The tensor in a slot; zeros, on ``device``, where none was written but the shape is known."""
        elements = self.elements
        if dtype is self.dtype and 0 <= index < len(elements):
            value = elements[index]
            if type(value) is not Gap:
                if not self.clears:
                    self._kept.add(index)
                elif self.is_uniform:
                    elements[index] = _CLEARED
                else:
                    elements[index] = Gap(value.shape, was_read=True)
                return value
        return self._read_carefully(index, dtype, device)

    def _read_carefully(self, index, dtype, device):
        self.check_read(dtype)
        if not 0 <= index < len(self.elements):
            refuse(f"Tried to read from index {index} but array size is: {len(self.elements)}")
        gap = self.elements[index]
        if gap.was_read:
            self._refuse(
                f"Could not read index {index} twice because it was cleared after a previous read (perhaps try setting "
                "clear_after_read = false?)."
            )
        shape = self.shape if gap.shape is None else gap.shape
        if shape is None or None in shape:
            self._refuse(
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape is not fully defined: "
                f"{_text(shape)}.  It is possible you are working with a resizeable TensorArray and stop_gradients is "
                "not allowing the gradients to be written.  If you set the full element_shape property on the forward "
                "TensorArray, the proper all-zeros tensor will be returned instead of incurring this error."
            )
        if self.dtype is STRINGS:
            refuse("tensor_array::TensorSetZero type not supported: string")
        zeros = torch.zeros(shape, dtype=self.dtype, device=device)
        if self.clears:
            self.elements[index] = Gap(shape, was_read=True)
        else:
            self.elements[index] = zeros
            self._kept.add(index)
        return zeros

    def check_read(self, dtype):
        """Raises where nothing can be read as that dtype, or nothing at all."""
        if dtype != self.dtype:
            refuse(f"TensorArray dtype is {_dtype_name(self.dtype)} but Op requested dtype {_dtype_name(dtype)}.")
        self._check_open()

    def to_stack(self, indices, dtype, shape, device=None):
        """The tensors in some slots, of one shape that agrees with ``shape``; if none, that shape is complete."""
        self.check_read(dtype)
        if shape != self.shape:
            self.shape = _merged(self.shape, shape)
        if not indices and (shape is None or None in shape):
            raise UnimplementedError(
                None,
                None,
                f"TensorArray has size zero, but element shape {_text(shape)} is not fully defined. Currently only "
                "static shapes are supported when packing zero-size TensorArrays.",
            )
        values = [self.read(index, dtype, device) for index in indices]
        if values and not compatible(shape, tuple(values[0].shape)):
            refuse(
                f"TensorArray was passed element_shape {_text(shape)} which does not match the Tensor at index 0: "
                f"{bracketed(values[0].shape)}"
            )
        for i, value in enumerate(values if not self.is_uniform else ()):
            if value.shape != values[0].shape:
                refuse(
                    f"TensorArray has inconsistent shapes.  Index 0 has shape: {bracketed(values[0].shape)} but index "
                    f"{i} has shape: {bracketed(value.shape)}"
                )
        return values

    def to_concat(self, dtype, shape, device=None):
        """All tensors, alike but for their first dimension; the others agree with ``shape``, complete if none is."""
        self.check_read(dtype)
        if not self.elements and (shape is None or None in shape):
            raise UnimplementedError(
                None,
                None,
                f"TensorArray has size zero, but element_shape_except0 {_text(shape)} is not fully defined. Currently "
                "only static shapes are supported when concatenating zero-size TensorArrays.",
            )
        values = [self.read(index, dtype, device) for index in range(len(self.elements))]
        for i, value in enumerate(values):
            if not value.shape:
                refuse(
                    f"Concat saw a scalar shape at index {i} but requires at least vectors.  Did you mean to call pack?"
                )
            rest, first = value.shape[1:], values[0].shape[1:]
            if i == 0 and not compatible(shape, tuple(rest)):
                refuse(
                    f"TensorArray was passed element_shape_except0 {_text(shape)} but index 0 has (excepting dimension "
                    f"0) shape: {bracketed(rest)} which does not match."
                )
            if rest != first:
                refuse(
                    "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: "
                    f"{bracketed(first)} but index {i} has (excepting dimension 0) shape: {bracketed(rest)}"
                )
        return values

    def size(self):
        """The number of slots; an array of a fixed size tells it even when closed."""
        if self.grows:
            self._check_open()
        return len(self.elements)

    # -- its life ---------------------------------------------------------------------------------------------------

    def gradient(self, source, prefix=()):
        """The array that holds this one's gradients for ``source``, made the first time; then this one grows no more.

        Its elements' shapes are this one's after ``prefix``.
        """
        self._check_open()
        if self.sums:
            refuse(f"Wrong input container. _tensor_array_grads{self.name}")
        found = self._gradients.get(source)
        if found is None:
            self.grows = False
            shape = None if self.shape is None else (*prefix, *self.shape)
            found = Array(f"{self.name}@{source}", self.dtype, 0, shape, is_uniform=self.is_uniform, sums=True)
            found.elements = [
                _UNWRITTEN if slot.shape is None else Gap((*prefix, *slot.shape)) for slot in self.elements
            ]
            self._gradients[source] = found
        return found

    def close(self):
        """Lets go of all elements; whoever uses the array afterwards fails."""
        self.elements[:] = [_CLEARED] * len(self.elements)
        self.is_closed = True

    def _check_open(self):
        if self.is_closed:
            refuse(f"TensorArray {self.name} has already been closed.")

    def _refuse(self, sentence):
        refuse(f"TensorArray {self.name}: {sentence}")


def _merged(a, b):
    """What two shapes that must agree know together."""
    if a is None or b is None:
        return b if a is None else a
    if len(a) != len(b):
        refuse(f"PartialTensorShape: Incompatible ranks during merge: {len(a)} vs. {len(b)}")
    if not compatible(a, b):
        refuse(f"PartialTensorShape: Incompatible shapes during merge: {bracketed(a)} vs. {bracketed(b)}")
    return tuple(y if x is None else x for x, y in zip(a, b, strict=True))


def _text(shape):
    return "<unknown>" if shape is None else bracketed(shape)


def _dtype_name(dtype):
    return as_dtype(dtype if dtype is STRINGS else str(dtype).removeprefix("torch."))._c_name
