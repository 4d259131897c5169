"""The variables of a graph that ``get_variable`` made, by name: finding one again, or making it."""

import functools
import inspect
import traceback

from lazytf.core import graph as graphs
from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.dtypes import as_dtype, bool_, float32, string
from lazytf.core.operation import Tensor
from lazytf.core.shapes import as_shape
from lazytf.state import resource_variables  # noqa: F401 - enters the second kind of variable
from lazytf.state.initializers import glorot_uniform_initializer, zeros_initializer
from lazytf.state.partitioned import PartitionedVariable, PartitionInfo, partitions_of, sliced_axis, slices
from lazytf.state.variables import Variable, resource_variables_enabled, settled

_TOO_VAGUE = (
    "The initializer passed is not valid. It should be a callable with no arguments and the shape should not be "
    "provided or an instance of `tf.keras.initializers.*' and `shape` should be fully defined."
)


class VariableStore:
    """Finds or makes variables by their full names, for one graph.

    ``reuse`` decides: False makes a new one and refuses a name that is taken, True finds one and refuses a name that is
    not, ``AUTO_REUSE`` (or None) does what fits.
    """

    def __init__(self):
        self._vars = {}
        self._partitioned_vars = {}

    def get_variable(
        self,
        name,
        shape=None,
        dtype=float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
    ):
        """The variable called ``name``, found or made, by way of ``custom_getter`` if there is one."""
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        synchronization, aggregation, trainable = settled(synchronization, aggregation, trainable, name)
        arguments = dict(
            name=name,
            shape=shape,
            dtype=as_dtype(dtype).base_dtype,
            initializer=initializer,
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            partitioner=partitioner,
            validate_shape=validate_shape,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if custom_getter is None:
            return self._found_or_made(constraint=constraint, **arguments)
        if _takes(custom_getter, "constraint"):
            arguments["constraint"] = constraint
        return custom_getter(getter=self._found_or_made, **arguments)

    def _found_or_made(
        self,
        name,
        shape=None,
        dtype=float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
    ):
        """What a custom getter calls as ``getter``."""
        shared = dict(
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            validate_shape=validate_shape,
            use_resource=use_resource,
            constraint=constraint,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if partitioner is not None and not (isinstance(shape, (list, tuple)) and not shape):
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with graphs.get_default_graph().name_scope(None):
                return self.partitioned(name, partitioner, shape, dtype, initializer, **shared)
        if reuse is True and partitioner is None and name in self._partitioned_vars:
            return self.partitioned(name, None, shape, dtype, initializer, **shared)
        if f"{name}/part_0" in self._vars:
            raise ValueError(
                f"No partitioner was provided, but a partitioned version of the variable was found: {name}/part_0. "
                "Perhaps a variable of the same name was already created with partitioning?"
            )
        return self._single(name, shape, dtype, initializer, **shared)

    # -- one variable -----------------------------------------------------------------------------------------------

    def _single(self, name, shape, dtype, initializer, reuse, regularizer=None, partition_info=None, **arguments):
        by_value = initializer is not None and not callable(initializer)
        if by_value and shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        dtype, shape = as_dtype(dtype), as_shape(shape)
        found = self._vars.get(name)
        if found is not None:
            return self._checked(found, name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did you mean to set "
                "reuse=tf.AUTO_REUSE in VarScope?"
            )
        if initializer is None:
            initializer = _default_initializer(name, dtype)
        variable_dtype = None
        if not by_value:
            if inspect.isclass(initializer):
                initializer = initializer()
            if shape.is_fully_defined():
                initializer = functools.partial(
                    initializer, shape.as_list(), dtype=dtype, partition_info=partition_info
                )
                variable_dtype = dtype.base_dtype
            elif _needs_arguments(initializer):
                raise ValueError(_TOO_VAGUE)
        if arguments["use_resource"] is None:
            arguments["use_resource"] = resource_variables_enabled()
        variable = self._vars[name] = Variable(initializer, name=name, dtype=variable_dtype, **arguments)
        if regularizer:
            self._regularize(variable, name, regularizer)
        return variable

    def _checked(self, found, name, shape, dtype, reuse):
        """A variable that exists, if it may be had and is what was asked for."""
        if reuse is False:
            where = "".join(traceback.format_list(found.op.traceback[:-4:-1]))
            raise ValueError(
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
                f"reuse=tf.AUTO_REUSE in VarScope? Originally defined at:\n\n{where}"
            )
        if not shape.is_compatible_with(found.get_shape()):
            raise ValueError(
                f"Trying to share variable {name}, but specified shape {shape} and found shape {found.get_shape()}."
            )
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found dtype {found.dtype.name}."
            )
        return found

    def _regularize(self, variable, name, regularizer):
        """Collects what ``regularizer`` makes of a new variable, under ``name/Regularizer`` and on its device."""
        graph = variable.graph
        with (
            graph.colocate_with(variable.op),
            graph.name_scope(name + "/Regularizer/"),
            graph.control_dependencies(None),
        ):
            loss = regularizer(variable)
        if loss is not None:
            graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    # -- several that stand for one ---------------------------------------------------------------------------------

    def partitioned(self, name, partitioner, shape, dtype, initializer, reuse, **arguments):
        """The partitioned variable called ``name``, found or made."""
        if name in self._vars:
            raise ValueError(
                f"A partitioner was provided, but an unpartitioned version of the variable was found: {name}.  "
                "Perhaps a variable of the same name was already created without partitioning?"
            )
        dtype, shape = as_dtype(dtype), as_shape(shape)
        if isinstance(initializer, Tensor):
            shape = shape.merge_with(initializer.get_shape())
        partitions = None
        if not reuse or partitioner:
            partitions = partitions_of(partitioner, shape, dtype)
        if name in self._partitioned_vars:
            return self._checked_parts(self._partitioned_vars[name], name, shape, dtype, partitions, reuse)
        if reuse is True:
            raise ValueError(
                f"PartitionedVariable {name} does not exist, or was not created with tf.get_variable(). Did you "
                "mean to set reuse=False or reuse=tf.AUTO_REUSE in VarScope?"
            )
        axis = sliced_axis(shape, partitions)
        count = partitions[axis]
        self._check_shards(name, count)
        parts = []
        for i, (offset, sizes) in enumerate(slices(shape.as_list(), count, axis)):
            info = PartitionInfo(shape.as_list(), offset)
            full_name = f"{name}/part_{i}"
            part_initializer, part_shape, part_dtype = initializer, sizes, dtype
            if initializer is not None and not callable(initializer):
                with graphs.get_default_graph().name_scope(full_name + "/PartitionedInitializer"):
                    part_initializer = raw.Slice(
                        convert_to_tensor(initializer, None if isinstance(initializer, Tensor) else dtype),
                        offset,
                        sizes,
                    )
                part_shape, part_dtype = None, part_initializer.dtype.base_dtype
            with graphs.get_default_graph().name_scope(None):
                part = self._single(
                    full_name, part_shape, part_dtype, part_initializer, reuse, partition_info=info, **arguments
                )
            part._set_save_slice_info(Variable.SaveSliceInfo(name, shape.as_list(), offset, sizes))
            parts.append(part)
        made = self._partitioned_vars[name] = PartitionedVariable(name, shape, dtype, parts, partitions)
        return made

    def _checked_parts(self, found, name, shape, dtype, partitions, reuse):
        if reuse is False:
            raise ValueError(
                f"Partitioned variable with name {name} already exists. Did you mean to set reuse=True or "
                "reuse=tf.AUTO_REUSE in VarScope?"
            )
        for what, wanted, got, fits in (
            ("shape", shape, found.get_shape(), shape.is_compatible_with(found.get_shape())),
            ("dtype", dtype.name, found.dtype.name, dtype.is_compatible_with(found.dtype)),
            ("partitions", partitions, found._get_partitions(), partitions in (None, found._get_partitions())),
        ):
            if not fits:
                raise ValueError(
                    f"Trying to reuse partitioned variable {name}, but specified {what} {wanted} and found {what} "
                    f"{got}."
                )
        return found

    def _check_shards(self, name, count):
        """``ValueError`` where parts of that name exist, but not as many."""
        if f"{name}/part_0" not in self._vars:
            return
        different = (
            "Partitioner returned a different partitioning than what was already found.  Partitioner returned "
            f"{count} shards, and shard {name}/part_0 was found, but "
        )
        if f"{name}/part_{count - 1}" not in self._vars:
            raise ValueError(f"{different}{name}/part_{count - 1} was not.")
        if f"{name}/part_{count}" in self._vars:
            raise ValueError(f"{different}so was the extra shard {name}/part_{count}.")


def default_store():
    """The store of the default graph, made when first asked for."""
    return _kept(GraphKeys._VARSTORE_KEY, VariableStore)


def _kept(key, make):
    """The one item of a collection of the default graph, made when first asked for."""
    kept = graphs.get_default_graph().get_collection_ref(key)
    if not kept:
        kept.append(make())
    return kept[0]


def _default_initializer(name, dtype):
    if dtype.is_floating:
        return glorot_uniform_initializer()
    if (dtype.is_integer and not dtype.is_quantized) or dtype in (bool_, string):
        return zeros_initializer()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype} is required")


def _takes(function, argument):
    """Whether a function may be given ``argument`` by name."""
    parameters = inspect.signature(function).parameters
    return argument in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def _needs_arguments(function):
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(p.default is p.empty and p.kind not in variadic for p in inspect.signature(function).parameters.values())
