"""``GraphDef`` messages into a graph.

Nodes may stand in any order; each becomes an operation once its inputs have. In a loop one input of a Merge comes from
a NextIteration that depends on the Merge: it is joined once all operations are made. Names get a prefix, colocation
groups too. What TensorFlow's importer refuses is refused in its words.
"""

import heapq
import re

from lazytf.core import build, devices, dtypes, errors
from lazytf.core.graph import NameScope, get_default_graph
from lazytf.core.operation import Operation, Tensor
from lazytf.core.registry import lookup
from lazytf.formats.messages import GraphDef
from lazytf.saving.attr_values import attr_value, shape_tuple, undeclared_value
from lazytf.saving.libraries import add_library

_VALID_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*").fullmatch


def import_graph_def(graph_def, input_map=None, return_elements=None, name=None, op_dict=None, producer_op_list=None):
    """Adds the operations of a ``GraphDef`` to the default graph; returns ``return_elements`` as a list, else None.

    Names are put under the scope ``name`` ("import" if None, none if ""). ``input_map`` gives tensors (or values) that
    stand for tensors of the ``GraphDef``, by name; a name may be written as ``"x"`` for ``"x:0"``, or ``"^x"`` to
    replace a control input. ``return_elements`` names operations and tensors. ``producer_op_list`` is an ``OpList`` of
    the program that wrote the graph: attrs that lazytf does not know are dropped where they have the default it states.
    ``op_dict`` is not used any more.

    ``NotFoundError`` for an operation type that lazytf does not have; ``ValueError`` for nodes that do not fit
    together, for circles that are no loops, and for names in ``input_map`` or ``return_elements`` that the ``GraphDef``
    does not have; ``TypeError`` for arguments of a wrong type.
    """
    if not isinstance(graph_def, GraphDef):
        raise TypeError("graph_def must be a GraphDef proto.")
    input_map = _checked_map(input_map, name)
    wanted = None if return_elements is None else tuple(return_elements)
    if wanted is not None and not all(isinstance(element, (str, bytes)) for element in wanted):
        raise TypeError("return_elements must be a list of strings.")
    if not isinstance(name, (str, type(None))):
        raise TypeError(f"name must be a string; got {name!r} of type {type(name).__name__}")
    graph = get_default_graph()
    with build.name_scope(name, "import", list(input_map.values())) as scope:
        if any(not isinstance(value, Tensor) for value in input_map.values()):
            with graph.name_scope("_inputs"):
                input_map = {key: _replacement(value) for key, value in input_map.items()}
        add_library(graph, graph_def.library, import_graph_def)
        importer = _Importer(graph, scope[:-1] if scope else "", graph_def, input_map, _defaults(producer_op_list))
    return importer.run(wanted)


def _checked_map(input_map, name):
    if input_map is None:
        return {}
    if not (isinstance(input_map, dict) and all(isinstance(key, (str, bytes)) for key in input_map)):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    if name == "" and any(not isinstance(value, (Tensor, Operation)) for value in input_map.values()):
        raise ValueError(
            "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values. Try "
            "calling tf.convert_to_tensor() on `input_map` values before calling tf.import_graph_def()."
        )
    return {key.decode() if isinstance(key, bytes) else key: value for key, value in input_map.items()}


def _replacement(value):
    return value if isinstance(value, (Tensor, Operation)) else build.convert_to_tensor(value)


def _full(key):
    return key if ":" in key or key.startswith("^") else f"{key}:0"


def _defaults(op_list):
    """``{(op type, attr): default}`` of a producer's ``OpList``."""
    if op_list is None:
        return {}
    return {
        (op.name, attr.name): attr.default_value
        for op in op_list.op
        for attr in op.attr
        if attr.HasField("default_value")
    }


class _Importer:
    """One import: the nodes still to be made, and what has been made of the others."""

    def __init__(self, graph, prefix, graph_def, input_map, defaults):
        self.graph, self.prefix, self.defaults = graph, prefix, defaults
        self.input_map = {_full(key): (key, value) for key, value in input_map.items()}
        self.nodes, self.made, self.used = {}, {}, set()
        self.ways_back = []  # (Merge, index of its input, the input), to be joined in the end
        for node in graph_def.node:
            if node.name in self.nodes:
                raise ValueError(f"Node '{node.name}' is not unique")
            if not _VALID_NAME(node.name):
                raise ValueError(f"Node '{node.name}': Node name contains invalid characters")
            self.nodes[node.name] = node

    def run(self, wanted):
        """Makes all operations, or none where one cannot be made; returns the elements called ``wanted``, or None."""
        ordered = self._ordered()
        unused = [full for full, (key, _) in self.input_map.items() if key not in self.used]
        if unused:
            raise ValueError(f"Attempted to map inputs that were not found in graph_def: [{', '.join(unused)}]")
        names_before, count_before = dict(self.graph._names_in_use), self.graph.version
        try:
            for node in ordered:
                self.made[node.name] = self._operation(node)
            for merge, i, text in self.ways_back:
                merge._update_input(i, self._tensor(self.nodes[text], text))
            found = (
                None if wanted is None else [self._element(e.decode() if isinstance(e, bytes) else e) for e in wanted]
            )
            self._enter_contexts(count_before)
            return found
        except Exception:
            self._take_back(names_before, count_before)
            raise

    def _enter_contexts(self, count):
        """Makes what was imported part of the branch or loop body that is being drawn, operation by operation."""
        context = self.graph._control_flow_context
        made = self.graph._operations[count:]
        for op in made if context is not None else ():
            op._control_flow_context = context
            context.add(op)
        if self.graph._check_inputs is not None:
            for op in made:
                self.graph._check_inputs(op)
        if self.graph.version > count + len(made):
            self.graph._number(count)

    def _take_back(self, names, count):
        graph = self.graph
        for op in graph._operations[count:]:
            del graph._by_name[op.name]
        del graph._operations[count:]
        graph._numbered = count
        graph._names_in_use = names
        graph._changed()

    def _element(self, name):
        """The operation or tensor of that name in the ``GraphDef``."""
        node, colon, index = name.partition(":")
        if colon and not index.isdigit():
            raise ValueError(f"Cannot convert '{name}' to a tensor name.")
        if node not in self.made:
            raise ValueError(f"Requested return node '{node}' not found in graph def")
        op = self.made[node]
        if not colon:
            return op
        if int(index) >= len(op.outputs):
            raise ValueError(f"Invalid return output {index} of node '{node}', which has {len(op.outputs)} output(s)")
        return op.outputs[int(index)]

    # -- order --------------------------------------------------------------------------------------------------------

    def _ordered(self):
        """The nodes in TensorFlow's order: always the first, as they stand, of those whose inputs are all there."""
        nodes = list(self.nodes.values())
        numbers = {node.name: i for i, node in enumerate(nodes)}
        needs = []
        for node in nodes:
            _type_of(node, self.graph)
            needs.append({numbers[name] for name in self._needs(node)})
        takers = [[] for _ in nodes]
        for i, needed in enumerate(needs):
            for n in needed:
                takers[n].append(i)
        waits, ordered = list(map(len, needs)), []
        ready = [i for i, needed in enumerate(needs) if not needed]
        while ready:
            i = heapq.heappop(ready)
            ordered.append(nodes[i])
            for taker in takers[i]:
                waits[taker] -= 1
                if not waits[taker]:
                    heapq.heappush(ready, taker)
        if len(ordered) < len(nodes):
            left = [node.name for node, waiting in zip(nodes, waits, strict=True) if waiting]
            raise ValueError(f"{len(left)} nodes in a cycle: {', '.join(left[:8])}{', ...' * (len(left) > 8)}")
        return ordered

    def _leads_back(self, node, text):
        """Whether an input of a node is a loop's way back to it."""
        if node.op not in ("Merge", "RefMerge") or text.startswith("^") or self._mapped(text) is not None:
            return False
        source = self.nodes.get(text.partition(":")[0])
        return source is not None and source.op in ("NextIteration", "RefNextIteration")

    def _needs(self, node):
        """Names of the nodes that ``node`` takes inputs from, control inputs included, but for a loop's way back."""
        for text in node.input:
            name = text.lstrip("^").partition(":")[0]
            if self._mapped(text) is not None or self._leads_back(node, text):
                continue
            if name not in self.nodes:
                raise ValueError(f"Node '{node.name}': Unknown input node '{text}'")
            yield name
        for group in node.attr["_class"].list.s if "_class" in node.attr else ():
            name = group.decode().removeprefix("loc:@")
            if name not in self.nodes:
                raise ValueError(f"Node '{node.name}' expects to be colocated with unknown node '{name}'")

    def _mapped(self, text):
        """What ``input_map`` puts in the place of an input, or None."""
        found = self.input_map.get(_full(text))
        if found is None:
            return None
        self.used.add(found[0])
        return found[1]

    # -- one operation ------------------------------------------------------------------------------------------------

    def _operation(self, node):
        op_type = _type_of(node, self.graph)
        attrs = self._attrs(node, op_type)
        given = [text for text in node.input if not text.startswith("^")]
        back = [i for i, text in enumerate(given) if self._leads_back(node, text)]
        tensors = [None if i in back else self._tensor(node, text) for i, text in enumerate(given)]
        if back:
            entry = next(t for t in tensors if t is not None)  # stands for the way back until that is there
            tensors = [entry if t is None else t for t in tensors]
        controls = [self._control(text) for text in node.input if text.startswith("^")]
        _check_inputs(f"{self.prefix}/{node.name}" if self.prefix else node.name, op_type, attrs, tensors)
        graph = self.graph
        waiting = [op for block in graph._controls for op in block.operations]
        with graph.control_dependencies(None), NameScope(graph, None):
            shapes = [None, ()] if back else None  # what comes back may have another shape
            build.add(graph, op_type, self._name(node.name), tuple(tensors), attrs, output_shapes=shapes)
        op = graph._operations[-1]
        op._gradient_type = attrs.pop("_gradient_op_type", None)
        self.ways_back += [(op, i, given[i]) for i in back]
        if controls or waiting:
            op._control_inputs = tuple(dict.fromkeys([*controls, *waiting]))
        self._place(node, op)
        if "_output_shapes" in node.attr:
            _state_shapes(node, op)
        return op

    def _name(self, name):
        """The name in the graph, marked as taken."""
        full = f"{self.prefix}/{name}" if self.prefix else name
        if full in self.graph._by_name and self.prefix:
            raise ValueError(f"Node name '{full}' already exists in the Graph")
        unique = self.graph.unique_name(full)
        return unique if full in self.graph._by_name else full

    def _place(self, node, op):
        """Its device: that of what it is colocated with, else the node's own with the open blocks' where it is open."""
        groups = [
            group.decode().removeprefix("loc:@")
            for group in (node.attr["_class"].list.s if "_class" in node.attr else ())
        ]
        others = [self.made[g] for g in groups if g in self.made]
        if others:
            op._set_device(others[0].device)
        elif node.device:
            op._set_device(devices.merge(op.device, node.device))

    def _attrs(self, node, op_type):
        """The operation's attrs: the node's own, then defaults for those that it leaves out."""
        declared, attrs = {attr.name: attr for attr in op_type.schema.attrs}, {}
        for attr in op_type.schema.attrs:
            if attr.name in node.attr:
                try:
                    value = attr_value(attr, node.attr[attr.name])
                except ValueError as error:
                    raise ValueError(f"{error}\n\t; NodeDef: {node.name}; Op: {op_type.name}") from None
                _check_allowed(node, attr, value)
                attrs[attr.name] = value if attr.kind != "func" else _functions(self.graph, value)
                if op_type.role == "gradient" and attr.name in ("ruled", "inside"):  # names of operations and tensors
                    attrs[attr.name] = tuple(f"{self.prefix}/{name}" if self.prefix else name for name in value)
            elif attr.is_required:
                raise ValueError(
                    f"NodeDef missing attr '{attr.name}' from Op<name={op_type.name}>; NodeDef: {node.name}"
                )
            else:
                attrs[attr.name] = attr.default
        for name, proto in node.attr.items():
            if name in declared or name == "_output_shapes":
                continue
            if name == "_class":
                attrs[name] = [self._group(group) for group in proto.list.s]
            elif name.startswith("_"):
                attrs[name] = undeclared_value(proto)
            elif self.defaults.get((op_type.name, name)) != proto:
                raise ValueError(
                    f"NodeDef mentions attr '{name}' not in Op<name={op_type.name}>; NodeDef: {node.name}. (Check "
                    "whether "
                    "your GraphDef-interpreting binary is up to date with your GraphDef-generating binary.)."
                )
        return attrs

    def _group(self, group):
        return b"loc:@" + (f"{self.prefix}/".encode() if self.prefix else b"") + group.removeprefix(b"loc:@")

    def _tensor(self, node, text):
        mapped = self._mapped(text)
        if mapped is not None:
            return mapped
        name, _, index = text.partition(":")
        outputs, index = self.made[name].outputs, int(index or 0)
        if index >= len(outputs):
            raise ValueError(
                f"Node '{node.name}': Connecting to invalid output {index} of source node {name} which has "
                f"{len(outputs)} outputs."
            )
        return outputs[index]

    def _control(self, text):
        mapped = self._mapped(text)
        if mapped is not None:
            return mapped.op if isinstance(mapped, Tensor) else mapped
        return self.made[text[1:]]


def _functions(graph, names):
    """The functions of these names, or the one of this name; a name that is no function's stays, for the run to say."""
    if isinstance(names, tuple):
        return tuple(_functions(graph, name) for name in names)
    return graph._get_function(names) or names


def _type_of(node, graph):
    function = graph._get_function(node.op)
    if function is not None:
        return function.call_type
    try:
        return lookup(node.op)
    except NotImplementedError as error:
        raise errors.NotFoundError(
            None, None, f"Op type not registered '{node.op}' (node '{node.name}'): {error}"
        ) from None


def _state_shapes(node, op):
    """Adds what the node says of the shapes of the operation's outputs."""
    for i, (tensor, shape) in enumerate(zip(op.outputs, node.attr["_output_shapes"].list.shape, strict=False)):
        try:
            tensor.set_shape(shape_tuple(shape))
        except ValueError as error:
            raise ValueError(
                f"Node '{node.name}' has an _output_shapes attribute inconsistent with the GraphDef for output #{i}: "
                f"{error}"
            ) from None


def _check_allowed(node, attr, value):
    values = value if attr.is_list else (value,)
    wrong = [v for v in values if attr.allowed and v not in attr.allowed]
    if wrong:
        names = ", ".join(a.name if isinstance(a, dtypes.DType) else str(a) for a in attr.allowed)
        wrong = wrong[0].name if isinstance(wrong[0], dtypes.DType) else wrong[0]
        raise ValueError(
            f"Value for attr '{attr.name}' of {wrong} is not in the list of allowed values: {names}\n\t; NodeDef: "
            f"{node.name}; Op: {node.op}"
        )


def _check_inputs(name, op_type, attrs, tensors):
    """``ValueError`` unless the tensors are as many, and of the dtypes, that signature and attrs say."""
    wanted = []
    for arg in op_type.schema.inputs:
        if arg.number_attr:
            types = [arg.dtype or attrs[arg.type_attr]] * attrs[arg.number_attr]
        else:
            types = attrs[arg.type_attr] if arg.is_list else [arg.dtype or attrs[arg.type_attr]]
        wanted += [(dtype, arg.is_ref) for dtype in types]
    if len(wanted) != len(tensors):
        expected = ", ".join(dtype._c_name for dtype, _ in wanted)
        raise ValueError(
            f"NodeDef expected inputs '{expected}' do not match {len(tensors)} inputs specified; Op<name="
            f"{op_type.name}>; NodeDef: {name}"
        )
    for i, ((dtype, is_ref), tensor) in enumerate(zip(wanted, tensors, strict=True)):
        if tensor.dtype.base_dtype is not dtype or (is_ref and not tensor.dtype._is_ref_dtype):
            raise ValueError(
                f"Input {i} of node {name} was passed {tensor.dtype._c_name} from {tensor.name} incompatible with "
                f"expected {dtype._c_name}{'_ref' if is_ref else ''}."
            )
