"""``tf.hessians``: second derivatives, as one gradient for each element of the first ones."""

from lazytf.autodiff.gradients import gradients
from lazytf.core import shapes
from lazytf.core.build import convert_to_tensor, name_scope, raw


def hessians(ys, xs, name="hessians", colocate_gradients_with_ops=False, gate_gradients=False, aggregation_method=None):
    """The matrices of second derivatives of the sum of ``ys``, one for each of ``xs``: ``[*shape of x, *shape of x]``.

    No mixed derivatives between two xs are taken. The number of elements of each x must be known while the graph is
    built: one gradient is added for each of them. ``NotImplementedError`` where it is not; ``ValueError`` for an x that
    no y depends on. The other arguments are those of ``tf.gradients``.
    """
    options = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    with name_scope(name, "hessians", xs):
        return [_hessian(g, x, options) for g, x in zip(gradients(ys, xs, **options), xs, strict=True)]


def _hessian(gradient, x, options):
    shape = shapes.as_tuple(x.shape)
    if shape is None or None in shape:
        raise NotImplementedError(
            f"The Hessian of an x whose shape is {shapes.text(shape)} is not here yet; give {x.name} a static shape."
        )
    if gradient is None:
        raise ValueError(f"No y depends on {x.name}: there is no Hessian.")
    elements = raw.Unpack(raw.Reshape(convert_to_tensor(gradient), [-1]), num=shapes.num_elements(shape))
    rows = [gradients(element, x, unconnected_gradients="zero", **options)[0] for element in elements]
    return raw.Reshape(raw.Pack([convert_to_tensor(row) for row in rows]), [*shape, *shape])
