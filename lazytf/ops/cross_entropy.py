"""Cross entropies: how far predicted probabilities, given as logits, are from the true ones."""

import math

import torch

from lazytf.core import dtypes, graph as graphs, shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, merge_dimensions, with_rank
from lazytf.ops.casting import cast
from lazytf.ops.filling import ones_like, range, zeros_like
from lazytf.ops.measuring import rank, shape
from lazytf.ops.reduction import either
from lazytf.ops.reshaping import reshape, transpose
from lazytf.ops.sentences import refuse
from lazytf.ops.unary import abs

# -- of a distribution ----------------------------------------------------------------------------------------------


def _loss_shapes(op):
    features, labels = (t._shape for t in op._inputs)
    if (features is None) != (labels is None):
        both = labels if features is None else features
    else:
        try:
            both = (
                shapes.merge_inferred(features, labels)
                if shapes.compatible(features, labels)
                else shapes.broadcast(features, labels)
            )
        except ValueError as e:
            raise ShapeError(str(e)) from None
    if both is None:
        return [(None,), (None, None)]
    if len(both) != 2:
        raise ShapeError(f"Shape must be broadcasted with rank 2, but is rank {len(both)}")
    return [both[:1], both]


def _loss_trouble(features, labels):
    a, b = shapes.bracketed(features.shape), shapes.bracketed(labels.shape)
    try:
        both = shapes.broadcast(tuple(features.shape), tuple(labels.shape))
    except ValueError:
        return f"logits and labels must be broadcastable: logits_size={a} labels_size={b}"
    if len(both) != 2:
        return f"logits and labels must be either 2-dimensional, or broadcasted to be 2-dimensional: {a} vs. {b}"


@op("SoftmaxCrossEntropyWithLogits(features: T, labels: T, T: {float}) -> (loss: T, backprop: T)", shape=_loss_shapes)
def SoftmaxCrossEntropyWithLogits(features, labels):
    """``[n, classes]`` both, or broadcast to it. The slope by the features is ``softmax(features) - labels`` whatever
    the
    labels add up to, as if they added up to one."""
    if features.ndim != 2 or features.shape != labels.shape:
        trouble = _loss_trouble(features, labels)
        if trouble:
            refuse(trouble)
        features, labels = torch.broadcast_tensors(features, labels)
    logarithms = torch.log_softmax(features, -1)
    return -torch.sum(labels * logarithms, -1), torch.exp(logarithms) - labels


class _SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, features, labels):
        ctx.set_materialize_grads(False)
        logarithms = torch.log_softmax(features, -1)
        backprop = torch.exp(logarithms) - labels
        ctx.save_for_backward(features, labels, logarithms, backprop)
        return -torch.sum(labels * logarithms, -1), backprop

    @staticmethod
    def backward(ctx, dloss, dbackprop):
        features, labels, logarithms, backprop = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient of this gradient is wanted: let torch see where these come from
            logarithms = torch.log_softmax(features, -1)
            backprop = torch.exp(logarithms) - labels
        dfeatures = dlabels = None
        if dloss is not None:
            dloss = dloss.unsqueeze(-1)
            dfeatures = dloss * backprop
            if ctx.needs_input_grad[1]:
                dlabels = -dloss * logarithms
        if dbackprop is not None:
            likely = torch.exp(logarithms)
            curved = (dbackprop - torch.sum(dbackprop * likely, -1, keepdim=True)) * likely
            dfeatures = curved if dfeatures is None else dfeatures + curved
            dlabels = -dbackprop if dlabels is None else dlabels - dbackprop
        return dfeatures, dlabels


@SoftmaxCrossEntropyWithLogits.differentiate
def _(features, labels):
    if features.ndim != 2 or features.shape != labels.shape:
        trouble = _loss_trouble(features, labels)
        if trouble:
            refuse(trouble)
        features, labels = torch.broadcast_tensors(features, labels)
    return _SoftmaxCrossEntropy.apply(features, labels)


# -- of one class ---------------------------------------------------------------------------------------------------


def _sparse_shapes(op):
    features, labels = with_rank(op, 0, 2), with_rank(op, 1, 1)
    count = merge_dimensions(features[0], labels[0])
    return [(count,), (count, features[1])]


def _sparse_trouble(features, labels):
    if features.ndim != 2:
        return f"logits must be 2-D, but got shape {shapes.bracketed(features.shape)}"
    if labels.ndim != 1:
        return f"labels must be 1-D, but got shape {shapes.bracketed(labels.shape)}"
    if features.shape[0] != labels.shape[0]:
        return (
            "logits and labels must have the same first dimension, got logits shape "
            f"{shapes.bracketed(features.shape)} and labels shape {shapes.bracketed(labels.shape)}"
        )
    if not features.shape[1]:
        return f"Must have at least one class, but got logits shape {shapes.bracketed(features.shape)}"
    labels = labels.tolist()
    bad = next((label for label in labels if not 0 <= label < features.shape[1]), None)
    if bad is not None:
        return (
            f"Received a label value of {bad} which is outside the valid range of [0, {features.shape[1]}).  "
            f"Label values: " + " ".join(map(str, labels))
        )


def _sparse_loss(features, labels):
    """The loss, the logarithms of the probabilities, and where the labels stand among them (``[n, 1]``)."""
    if features.ndim != 2 or labels.ndim != 1 or features.shape[0] != labels.shape[0]:
        refuse(_sparse_trouble(features, labels))
    places = labels.to(torch.int64).unsqueeze(-1)
    logarithms = torch.log_softmax(features, -1)
    if labels.device.type == "cpu":
        return -torch.gather(logarithms, 1, places).squeeze(-1), logarithms, places
    # elsewhere a wrong label gives NaN, as on TensorFlow's GPU
    valid = (places >= 0) & (places < features.shape[1])
    places = torch.where(valid, places, 0)
    return -torch.where(valid, torch.gather(logarithms, 1, places), torch.nan).squeeze(-1), logarithms, places


def _sparse_backprop(logarithms, places):
    likely = torch.exp(logarithms)
    return likely.scatter_add(1, places, likely.new_full((), -1).expand(places.shape))


@op(
    "SparseSoftmaxCrossEntropyWithLogits(features: T, labels: Tlabels, T: {float}, Tlabels: {index} = int64) -> "
    "(loss: T, "
    "backprop: T)",
    shape=_sparse_shapes,
    explain=_sparse_trouble,
    no_gradient_inputs=("labels",),
)
def SparseSoftmaxCrossEntropyWithLogits(features, labels):
    loss, logarithms, places = _sparse_loss(features, labels)
    return loss, _sparse_backprop(logarithms, places)


class _SparseCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, features, labels):
        ctx.set_materialize_grads(False)
        loss, logarithms, places = _sparse_loss(features, labels)
        backprop = _sparse_backprop(logarithms, places)
        ctx.save_for_backward(features, places, backprop)
        return loss, backprop

    @staticmethod
    def backward(ctx, dloss, dbackprop):
        features, places, backprop = ctx.saved_tensors
        if torch.is_grad_enabled():
            backprop = _sparse_backprop(torch.log_softmax(features, -1), places)
        dfeatures = None if dloss is None else dloss.unsqueeze(-1) * backprop
        if dbackprop is not None:
            likely = torch.softmax(features, -1)
            curved = (dbackprop - torch.sum(dbackprop * likely, -1, keepdim=True)) * likely
            dfeatures = curved if dfeatures is None else dfeatures + curved
        return dfeatures, None


SparseSoftmaxCrossEntropyWithLogits.differentiate(lambda features, labels: _SparseCrossEntropy.apply(features, labels))


# -- public functions -----------------------------------------------------------------------------------------------


def _check_named(function, sentinel, labels, logits):
    """Labels and logits are easily confused, so they must be given by name."""
    if sentinel is not None:
        raise ValueError(f"Only call `{function}` with named arguments (labels=..., logits=..., ...)")
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")


def softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, dim=-1, name=None, axis=None):
    """As ``softmax_cross_entropy_with_logits_v2``, but no gradient flows into ``labels``."""
    dim = either("axis", axis, "dim", dim)
    _check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as name:
        labels = raw.StopGradient(labels, name="labels_stop_gradient")
        return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=dim, name=name)


def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    """``-sum(labels * log_softmax(logits))`` along ``axis``, by default the last, which the result lacks.

    ``labels`` are probabilities and have the shape of ``logits``; gradients flow into both. float16 is computed in
    float32.
    """
    axis = either("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as name:
        logits, labels = convert_to_tensor(logits, name="logits"), convert_to_tensor(labels, name="labels")
        is_half = logits.dtype.base_dtype in (dtypes.float16, dtypes.bfloat16)
        precise = cast(logits, dtypes.float32) if is_half else logits
        labels = cast(labels, precise.dtype)
        count = rank(precise)
        if axis != -1:
            precise, labels = _axis_last(precise, axis, count), _axis_last(labels, axis, count)
        sizes = shape(precise)
        precise, labels = _rows(precise), _rows(labels)
        loss, _ = raw.SoftmaxCrossEntropyWithLogits(precise, labels, name=name)
        loss = raw.Reshape(loss, raw.Slice(sizes, [0], [raw.Sub(count, 1)]))
        if logits._shape is not None:
            left = list(logits._shape)
            del left[axis]
            loss.set_shape(left)
        return cast(loss, logits.dtype) if is_half else loss


def _axis_last(tensor, axis, count):
    order = raw.ConcatV2([range(axis), range(axis + 1, count), [axis]], 0, name="concat")
    return transpose(tensor, order)


def _rows(tensor):
    """The tensor with all axes before the last made one."""
    count = rank(tensor)
    last = raw.Slice(shape(tensor), [raw.Sub(count, 1)], [1])
    flat = raw.Reshape(tensor, raw.ConcatV2([[-1], last], 0, name="concat"))
    if tensor._shape is not None and None not in tensor._shape[:-1]:
        flat.set_shape([shapes.num_elements(tensor._shape[:-1]), tensor._shape[-1]])
    return flat


def sparse_softmax_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """``-log(softmax(logits)[label])``: the loss where each label is the number of its class.

    ``labels`` (integers) have the shape of ``logits`` without its last axis, the classes; so has the result. Labels
    that are no class raise ``InvalidArgumentError`` when run (on a GPU their loss is NaN). ``ValueError`` where
    shapes do not fit.
    """
    _check_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        precise = cast(logits, dtypes.float32) if logits.dtype.base_dtype is dtypes.float16 else logits
        sizes = shape(labels)
        known = _check_sparse_shapes(labels._shape, logits._shape)
        if logits._shape is not None and len(logits._shape) == 2:
            loss, _ = raw.SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
        else:
            with graphs.get_default_graph().control_dependencies([] if known else [_assert_fit(labels, logits)]):
                classes = shape(logits)[rank(logits) - 1]
                precise, flat = reshape(precise, [-1, classes]), reshape(labels, [-1])
                loss, _ = raw.SparseSoftmaxCrossEntropyWithLogits(precise, flat, name=name)
                loss = reshape(loss, sizes)
                loss.set_shape(labels._shape)
        return cast(loss, dtypes.float16) if logits.dtype.base_dtype is dtypes.float16 else loss


def _check_sparse_shapes(labels, logits):
    """Raises where the static shapes cannot fit; whether they are known to fit."""
    if logits is None:
        return False
    if not logits:
        raise ValueError("Logits cannot be scalars - received shape ().")
    if labels is None:
        return False
    if len(labels) != len(logits) - 1:
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {len(labels)}) should equal rank of logits minus 1 "
            f"(received {len(logits)})."
        )
    if None in labels or None in logits[:-1]:
        return False
    if labels != logits[:-1]:
        raise ValueError(
            f"Shape mismatch: The shape of labels (received {shapes.text(labels)}) should equal the "
            f"shape of logits "
            f"except for the last dimension (received {shapes.text(logits)})."
        )
    return True


def _assert_fit(labels, logits):
    """An operation that fails unless labels have the shape of the logits without their last axis."""
    x, y = shape(labels), shape(logits)[:-1]
    said = {0: "Condition x == y did not hold element-wise:", 1: f"x ({x.name}) = ", 3: f"y ({y.name}) = "}
    with name_scope("assert_equal_1"):
        same = raw.All(raw.Equal(x, y), convert_to_tensor([0], dtypes.int32, name="Const"))
        with name_scope("Assert"):
            for text in said.values():
                convert_to_tensor(text, name="Const")
            said = {i: convert_to_tensor(text, name=f"Assert/data_{i}") for i, text in said.items()}
            return raw.Assert(same, [said[0], said[1], x, said[3], y])


def sigmoid_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name=None):
    """``-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits))``, computed so that nothing overflows.

    Each element is a question of its own with the probability ``labels`` of yes. ``ValueError`` where shapes differ.
    """
    _check_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits, labels = _one_shape(logits, labels)
        zeros = zeros_like(logits, dtype=logits.dtype)
        positive = logits >= zeros
        larger = raw.Select(positive, logits, zeros)
        negative = raw.Select(positive, -logits, logits)
        return raw.Add(larger - logits * labels, raw.Log1p(raw.Exp(negative)), name=name)


def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=None, name=None, targets=None):
    """As ``sigmoid_cross_entropy_with_logits`` with the share of ``labels`` multiplied by ``pos_weight``."""
    labels = either("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as name:
        logits, labels = _one_shape(logits, labels)
        weight = 1 + (pos_weight - 1) * labels
        return raw.Add(
            (1 - labels) * logits, weight * (raw.Log1p(raw.Exp(-abs(logits))) + raw.Relu(-logits)), name=name
        )


def _one_shape(logits, labels):
    logits, labels = convert_to_tensor(logits, name="logits"), convert_to_tensor(labels, name="labels")
    if not shapes.compatible(labels._shape, logits._shape):
        raise ValueError(f"logits and labels must have the same shape ({logits.shape} vs {labels.shape})")
    return logits, labels


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """``exp(log_input) - log_input * targets``: how unlikely ``targets`` are as counts whose mean has that logarithm.

    ``compute_full_loss`` adds Stirling's approximation of the logarithm of ``targets!`` where they are above one.
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input, targets = convert_to_tensor(log_input, name="log_input"), convert_to_tensor(targets, name="targets")
        if not shapes.compatible(targets._shape, log_input._shape):
            raise ValueError(f"log_input and targets must have the same shape ({log_input.shape} vs {targets.shape})")
        loss = raw.Exp(log_input) - log_input * targets
        if not compute_full_loss:
            return loss
        return loss + _stirling(targets)


def _stirling(targets):
    half, turn = convert_to_tensor(0.5, targets.dtype), convert_to_tensor(2 * math.pi, targets.dtype)
    approximation = targets * raw.Log(targets) - targets + half * raw.Log(turn * targets)
    zeros, ones = zeros_like(targets, dtype=targets.dtype), ones_like(targets, dtype=targets.dtype)
    small = raw.LogicalAnd(targets >= zeros, targets <= ones)
    return raw.Select(small, zeros, approximation)
