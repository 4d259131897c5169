"""``tf.TensorArray``: a list of tensors that a loop fills and reads.

An array object stands for one state of the array: what has happened to it before its ``flow``. Every write returns an
array of a new flow, and whoever wants to see the write goes on with that one. In a loop or a branch the flow is what
goes through the joints (see ``control_flow/contexts.py``), and ``_with_flow`` makes an array of what comes out.
"""

import contextlib
import logging

from lazytf.core import contents, dtypes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.operation import Tensor
from lazytf.core.scopes import colocate_with, control_dependencies, device
from lazytf.core.shapes import TensorShape
from lazytf.ops.casting import cast
from lazytf.ops.filling import range as integers
from lazytf.ops.measuring import shape as shape_of

_LOG = logging.getLogger("tensorflow")


class _Common:
    """What all states of one array share: what is known of its elements' shape, and the first value written."""

    __slots__ = ("shape", "first")

    def __init__(self, shape):
        self.shape, self.first = shape, None


class TensorArray:
    """A list of tensors of one ``dtype``, to be written and read by number, in loops above all.

    ``size`` is the number of elements, an int or an int32 scalar; with ``dynamic_size`` a write beyond it makes room.
    An element is written once. It may be read once, and is let go of then, unless ``clear_after_read`` is False. All
    elements have one shape, which ``element_shape`` tells in part or whole, or else what is written first; with
    ``infer_shape=False`` each may have its own, as far as ``element_shape`` lets it. An element that was never written
    reads as zeros if the shape is known by then. ``tensor_array_name`` is what errors of a run call the array.

    With ``handle`` and ``flow``, two tensors, it is the array that another object stands for. ``ValueError`` if both
    ``handle`` and something that only a new array can be given are there, or neither ``handle`` nor ``size``;
    ``TypeError`` if ``handle`` is no tensor.

    Writing methods return the array after the write, which is the one to go on with:

        array = tf.TensorArray(tf.float32, size=3)
        for i in range(3):
            array = array.write(i, x * i)
        y = array.stack()

    A write shares the device of the first value that was written, unless ``colocate_with_first_write_call`` is False.
    What a run refuses (an index out of range, an element written or read twice, another shape or dtype) raises
    ``tf.errors.InvalidArgumentError`` there. Gradients flow through every method that reads or writes.
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is None:
            if size is None:
                raise ValueError("Size must be provided if handle is not provided")
        else:
            _refuse_beside_handle(handle, tensor_array_name, size, element_shape, dynamic_size, clear_after_read)
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._dynamic_size, self._infer_shape = dynamic_size or False, infer_shape
        self._colocates = colocate_with_first_write_call
        self._common = _Common(TensorShape(element_shape))
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope, contextlib.ExitStack() as blocks:
            if handle is not None:
                if flow is None:
                    raise ValueError("flow must not be None if handle is not None.")
                self._handle, self._flow = handle, flow
                return
            if self._colocates:
                blocks.enter_context(device(None))
                blocks.enter_context(colocate_with(None, ignore_existing=True))
            self._handle, self._flow = raw.TensorArrayV3(
                size,
                dtype=dtype,
                element_shape=element_shape,
                identical_element_shapes=infer_shape,
                dynamic_size=self._dynamic_size,
                clear_after_read=True if clear_after_read is None else clear_after_read,
                tensor_array_name=tensor_array_name,
                name=scope,
            )

    @property
    def flow(self):
        """The float32 scalar that stands for all that has been done to the array so far; its value means nothing."""
        return self._flow

    @property
    def handle(self):
        """The resource tensor that refers to the array during a run."""
        return self._handle

    @property
    def dtype(self):
        """The dtype of every element."""
        return self._dtype

    @property
    def dynamic_size(self):
        """Whether a write beyond the end makes room."""
        return self._dynamic_size

    @property
    def element_shape(self):
        """What is known so far of the shape of every element, a ``tf.TensorShape``."""
        return self._common.shape

    def _with_flow(self, flow):
        """The same array at another flow."""
        array = TensorArray(
            self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._colocates,
        )
        array._dynamic_size, array._common = self._dynamic_size, self._common
        return array

    def identity(self):
        """The same array; what is done with it also waits for the control dependencies that are open now."""
        return self._with_flow(raw.Identity(self._flow))

    def grad(self, source, flow=None, name=None):
        """The array of this one's gradients that belongs to ``source``, a string: the same one for the same string.

        It has as many elements of the same shapes, zeros at first. What is written to one of its elements is added to
        it. From then on this array does not grow.
        """
        flow = self._flow if flow is None else flow
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle):
            handle, _ = raw.TensorArrayGradV3(self._handle, flow, source=source, name=name)
            with control_dependencies([handle]):
                flow = raw.Identity(flow, name="gradient_flow")
            array = TensorArray(
                self._dtype,
                handle=handle,
                flow=flow,
                infer_shape=self._infer_shape,
                colocate_with_first_write_call=False,
            )
            array._common = self._common
            return array

    # -- one element ------------------------------------------------------------------------------------------------

    def read(self, index, name=None):
        """The element ``index``, an int32 scalar."""
        value = raw.TensorArrayReadV3(self._handle, index, self._flow, dtype=self._dtype, name=name)
        value.set_shape(self.element_shape)
        return value

    def write(self, index, value, name=None):
        """The array after ``value``, a tensor of any shape, became its element ``index``, an int32 scalar.

        ``ValueError`` if the shape is known not to be that of the elements.
        """
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = self._tensor(value)
            self._learn(value.shape)
            with self._beside(value):
                flow = raw.TensorArrayWriteV3(self._handle, index, value, self._flow, name=name)
            return self._with_flow(flow)

    # -- many elements ----------------------------------------------------------------------------------------------

    def stack(self, name=None):
        """All elements, of one shape, as a tensor with one more dimension: ``[size, ...]``."""
        with colocate_with(self._handle), name_scope(name, "TensorArrayStack", [self._handle]):
            return self.gather(integers(0, self.size()), name=name)

    def gather(self, indices, name=None):
        """The elements whose numbers ``indices``, an int32 vector, lists, as a tensor ``[len(indices), ...]``."""
        shape = self.element_shape
        value = raw.TensorArrayGatherV3(
            self._handle, indices, self._flow, dtype=self._dtype, element_shape=shape, name=name
        )
        if shape.ndims is not None:
            value.set_shape([None, *shape.dims])
        return value

    def concat(self, name=None):
        """All elements side by side along their first dimension, in which alone they may differ."""
        shape = self.element_shape
        value, _ = raw.TensorArrayConcatV3(
            self._handle, self._flow, dtype=self._dtype, element_shape_except0=shape[1:], name=name
        )
        if shape.ndims is not None:
            value.set_shape([None, *shape.dims[1:]])
        return value

    def unstack(self, value, name=None):
        """The array after the parts of ``value`` along its first dimension became its elements 0, 1, ..."""
        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            count = shape_of(value)[0]
            return self.scatter(integers(0, count), value, name=name)

    def scatter(self, indices, value, name=None):
        """The array after ``value[i]`` became its element ``indices[i]``, an int32 vector, for every i.

        ``ValueError`` if the parts' shape is known not to be that of the elements.
        """
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = self._tensor(value)
            self._learn(value.shape[1:])
            with self._beside(value):
                flow = raw.TensorArrayScatterV3(self._handle, indices, value, self._flow, name=name)
            return self._with_flow(flow)

    def split(self, value, lengths, name=None):
        """The array after pieces of ``value``, cut along its first dimension, became its elements 0, 1, ...

        ``lengths``, a vector of integers, has a length for each element; they add up to the first dimension.
        ``ValueError`` if the pieces' shape is known not to be that of the elements.
        """
        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, self._dtype, name="value")
            with self._beside(value):
                lengths = cast(lengths, dtypes.int64)
                known = contents.constant_value(lengths)
                if value.shape.dims is not None and known is not None and known.ndim and known.max() == known.min():
                    self._learn(TensorShape([known[0]]).concatenate(value.shape[1:]))
                flow = raw.TensorArraySplitV3(self._handle, value, lengths, self._flow, name=name)
            return self._with_flow(flow)

    # -- the array itself -------------------------------------------------------------------------------------------

    def size(self, name=None):
        """The number of elements, an int32 scalar."""
        return raw.TensorArraySizeV3(self._handle, self._flow, name=name)

    def close(self, name=None):
        """An operation that lets go of all elements; whatever uses the array after it fails."""
        return raw.TensorArrayCloseV3(self._handle, name=name)

    def _tensor(self, value):
        """A tensor for a value; what has another dtype fails when it is written in a run."""
        value = convert_to_tensor(value, name="value", preferred_dtype=self._dtype)
        if value.dtype != self._dtype:
            _LOG.error("%s has dtype %s, but the TensorArray's is %s", value, value.dtype.name, self._dtype.name)
        return value

    def _learn(self, shape):
        """Adds what a value's shape says of all elements' shape, unless each may have its own."""
        known = self._common.shape
        if not shape.is_compatible_with(known):
            raise ValueError(f"Inconsistent shapes: saw {shape} but expected {known} ")
        if self._infer_shape:
            self._common.shape = known.merge_with(shape)

    def _beside(self, value):
        """A block whose operations share the device of the first value that is written to the array."""
        if not self._colocates:
            return contextlib.nullcontext()
        if self._common.first is None:
            self._common.first = value
        return colocate_with(self._common.first)


def _refuse_beside_handle(handle, tensor_array_name, size, element_shape, dynamic_size, clear_after_read):
    if tensor_array_name:
        raise ValueError("Cannot construct with both handle and tensor_array_name")
    if not isinstance(handle, Tensor):
        raise TypeError("Handle must be a Tensor")
    for what, value in (
        ("size", size),
        ("element_shape", element_shape),
        ("dynamic_size", dynamic_size),
        ("clear_after_read", clear_after_read),
    ):
        if value is not None:
            raise ValueError(f"Cannot provide both a handle and {what} at the same time")
