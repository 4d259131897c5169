"""Branches and loop bodies to and from ``CondContextDef`` and ``WhileContextDef`` messages.

A graph runs without them. They tell TensorFlow, and ``tf.gradients`` here, which operations stand in which branch or
loop, and whether gradients may be taken through it.
"""

from lazytf.control_flow.contexts import CondContext, Context, WhileContext
from lazytf.core.graph import get_default_graph
from lazytf.core.operation import Tensor
from lazytf.formats.messages import CondContextDef, ControlFlowContextDef, ValuesDef, WhileContextDef


def cond_context_def(context, export_scope=None):
    """The message of a branch; None where it does not lie in the scope ``export_scope``, which names lose."""
    if export_scope and not context.name.startswith(export_scope):
        return None
    return CondContextDef(
        context_name=_stripped(context.name, export_scope),
        pred_name=_stripped(context.pred.name, export_scope),
        pivot_name=_stripped(context.pivot.name, export_scope),
        branch=context.branch,
        values_def=_values_def(context, export_scope),
        nested_contexts=[_nested_def(nested) for nested in context.nested_contexts],
    )


def while_context_def(context, export_scope=None):
    """The message of a loop; None where it does not lie in the scope ``export_scope``, which names lose."""
    if export_scope and not context.name.startswith(export_scope):
        return None
    message = WhileContextDef(
        context_name=_stripped(context.name, export_scope),
        parallel_iterations=context.parallel_iterations,
        back_prop=context.back_prop,
        swap_memory=context.swap_memory,
        pivot_name=_stripped(context.pivot.name, export_scope),
        pivot_for_pred_name=_stripped(context.pivot_for_pred.name, export_scope),
        pivot_for_body_name=_stripped(context.pivot_for_body.name, export_scope),
        loop_exit_names=[_stripped(t.name, export_scope) for t in context.loop_exits],
        loop_enter_names=[_stripped(t.name, export_scope) for t in context.loop_enters],
        values_def=_values_def(context, export_scope),
        nested_contexts=[_nested_def(nested) for nested in context.nested_contexts],
    )
    if context.maximum_iterations is not None:
        message.maximum_iterations_name = _stripped(context.maximum_iterations.name, export_scope)
    return message


def _nested_def(context):
    if context.is_loop:
        return ControlFlowContextDef(while_ctxt=while_context_def(context))
    return ControlFlowContextDef(cond_ctxt=cond_context_def(context))


def _values_def(context, scope):
    return ValuesDef(
        values=[_stripped(name, scope) for name in sorted(t.name for t in context.known)],
        external_values={_stripped(t.name, scope): _stripped(u.name, scope) for t, u in context.brought.items()},
    )


def _stripped(name, scope):
    return name[len(scope) :].lstrip("/") if scope and name.startswith(scope) else name


def cond_context_from(message, import_scope=None):
    """The branch that a message describes, over operations that the default graph has; names get the scope's prefix.

    ``KeyError`` where the graph lacks one of them.
    """
    context = _made(CondContext, message, import_scope)
    context.pred, context.pivot = _tensors([message.pred_name, message.pivot_name], import_scope)
    context.branch = message.branch
    return _filled(context, message, import_scope)


def while_context_from(message, import_scope=None):
    """The loop that a message describes, over operations that the default graph has; names get the scope's prefix.

    Under a scope the loop gets a name of its own, and so does its frame. ``KeyError`` where an operation is missing.
    """
    context = _made(WhileContext, message, import_scope)
    context.parallel_iterations, context.swap_memory = message.parallel_iterations, message.swap_memory
    context.back_prop = message.back_prop
    names = [message.pivot_name, message.pivot_for_pred_name, message.pivot_for_body_name]
    context.pivot, context.pivot_for_pred, context.pivot_for_body = _tensors(names, import_scope)
    context.loop_exits = _tensors(message.loop_exit_names, import_scope)
    context.loop_enters = _tensors(message.loop_enter_names, import_scope)
    maximum = message.maximum_iterations_name
    context.maximum_iterations = _tensors([maximum], import_scope)[0] if maximum else None
    for name in message.values_def.values if import_scope else ():
        op = _tensors([name], import_scope)[0].op
        if op.op_type.role == "enter":
            op._set_attr("frame_name", context.name)
    return _filled(context, message, import_scope)


def _made(kind, message, scope):
    context = object.__new__(kind)
    Context.__init__(context, get_default_graph(), _prefixed(message.context_name, scope))
    return context


def _filled(context, message, scope):
    """The context, with the operations that it holds and the contexts in it."""
    values = message.values_def
    context.known.update(_tensors(values.values, scope))
    outside = _tensors(values.external_values.keys(), scope)
    context.brought.update(zip(outside, _tensors(values.external_values.values(), scope), strict=True))
    for tensor in context.known.difference(outside):
        tensor.op._control_flow_context = context
    with context:
        for nested in message.nested_contexts:
            if nested.HasField("while_ctxt"):
                while_context_from(nested.while_ctxt, scope)
            else:
                cond_context_from(nested.cond_ctxt, scope)
    return context


def _tensors(names, scope):
    graph = get_default_graph()
    elements = [graph.as_graph_element(_prefixed(name, scope)) for name in names]
    return [element if isinstance(element, Tensor) else element.outputs[0] for element in elements]


def _prefixed(name, scope):
    return f"{scope}/{name}" if scope else name


CondContext.to_proto, CondContext.from_proto = cond_context_def, staticmethod(cond_context_from)
WhileContext.to_proto, WhileContext.from_proto = while_context_def, staticmethod(while_context_from)
