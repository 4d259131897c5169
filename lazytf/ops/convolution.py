"""Convolutions: a small window slides over the image, and each place becomes what a matrix makes of the window."""

import torch
import torch.nn.functional as F

from lazytf.core.build import raw
from lazytf.core.registry import op
from lazytf.core.shape_rules import ShapeError, with_rank
from lazytf.ops.reduction import either
from lazytf.ops.sentences import bracketed, refuse

_AXES = {"NHWC": (0, 1, 2, 3), "NCHW": (0, 2, 3, 1)}  # where batch, height, width and channels stand


def _by_axis(values, data_format):
    return tuple(values[axis] for axis in _AXES[data_format])


def _convolved(op):
    image, (height, width, depth, filters) = with_rank(op, 0, 4), with_rank(op, 1, 4)
    attrs = op._attrs
    data_format = attrs["data_format"]
    batch, *sizes, channels = _by_axis(image, data_format)
    if channels is not None and depth is not None and (not depth or channels % depth):
        raise ShapeError(f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth})")
    groups = 1 if None in (channels, depth) else channels // depth
    if filters is not None and groups and filters % groups:
        raise ShapeError(f"Depth of output ({filters}) is not a multiple of the number of groups ({groups})")
    given = list(attrs["explicit_paddings"])
    if any(size < 0 for size in given):
        raise ShapeError("All elements of explicit_paddings must be nonnegative")
    if given and any(given[2 * axis] or given[2 * axis + 1] for axis in (_AXES[data_format][0], _AXES[data_format][3])):
        raise ShapeError("Nonzero explicit padding in the batch or depth dimensions is not supported")
    steps = _windows(attrs["strides"], attrs["padding"], given, data_format, attrs["dilations"])
    sizes = [_places(*each) for each in zip(sizes, (height, width), steps, strict=True)]
    result = [None] * 4
    for axis, size in zip(_AXES[data_format], (batch, *sizes, filters), strict=True):
        result[axis] = size
    return [tuple(result)]


def _windows(strides, padding, explicit_paddings, data_format, dilations):
    """(stride, dilation, padding) along height and width; the padding is "SAME", "VALID" or how much on each side."""
    axes = _AXES[data_format][1:3]
    paddings = [tuple(explicit_paddings[2 * axis : 2 * axis + 2]) if explicit_paddings else padding for axis in axes]
    return [(strides[axis], dilations[axis], each) for axis, each in zip(axes, paddings, strict=True)]


def _places(size, window, step):
    """How many places a window has along an axis; None where something is unknown."""
    stride, dilation, padding = step
    if stride <= 0:
        raise ShapeError(f"Stride must be > 0, but got {stride}")
    if dilation < 1:
        raise ShapeError(f"Dilation rate must be >= 1, but got {dilation}")
    if size is None or (window is None and padding != "SAME"):
        return None
    if padding == "SAME":
        return -(-size // stride)
    reach = (window - 1) * dilation + 1
    size += 0 if padding == "VALID" else sum(padding)
    if size < reach:
        raise ShapeError(f"Negative dimension size caused by subtracting {reach} from {size}")
    return (size - reach) // stride + 1


def _sides(size, window, step):
    """What is added before and after an axis."""
    stride, dilation, padding = step
    if padding == "VALID":
        return 0, 0
    if padding != "SAME":
        return padding
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


@op(
    "Conv2D(input: T, filter: T, strides: list(int), use_cudnn_on_gpu: bool = True, "
    "padding: {'SAME', 'VALID', 'EXPLICIT'}, explicit_paddings: list(int) = [], "
    "data_format: {'NHWC', 'NCHW'} = 'NHWC', dilations: list(int) = [1, 1, 1, 1], "
    "T: {float16, bfloat16, float32, float64}) -> (output: T)",
    shape=_convolved,
)
def Conv2D(input, filter, strides, padding, explicit_paddings, data_format, dilations):
    for values, what in ((strides, "strides"), (dilations, "dilations")):
        if _by_axis(values, data_format)[::3] != (1, 1):
            refuse(f"Current implementation does not yet support {what} in the batch and depth dimensions.")
    if input.dim() != 4:
        refuse(f"input must be 4-dimensional{bracketed(input.shape)}")
    if filter.dim() != 4:
        refuse(f"filter must be 4-dimensional: {bracketed(filter.shape)}")
    image = input.permute(_AXES[data_format][:1] + _AXES[data_format][3:] + _AXES[data_format][1:3])  # [B, C, H, W]
    kernel = filter.permute(3, 2, 0, 1).contiguous()  # the gradient of some kernels needs it
    if not kernel.shape[1] or image.shape[1] % kernel.shape[1]:
        refuse(f"input depth must be evenly divisible by filter depth: {image.shape[1]} vs {kernel.shape[1]}")
    steps = _windows(strides, padding, explicit_paddings, data_format, dilations)
    top, left = (_sides(*each) for each in zip(image.shape[2:], kernel.shape[2:], steps, strict=True))
    if any(top + left):
        image = F.pad(image, (*left, *top))
    sizes = [_places_in_run(*each) for each in zip(image.shape[2:], kernel.shape[2:], steps, strict=True)]
    if 0 in (image.shape[0], kernel.shape[0], *sizes):
        result = _nothing((image.shape[0], kernel.shape[0], *sizes), image, kernel)
    else:
        result = torch.conv2d(
            image,
            kernel,
            stride=[stride for stride, _, _ in steps],
            dilation=[dilation for _, dilation, _ in steps],
            groups=image.shape[1] // kernel.shape[1],
        )
    return result if data_format == "NCHW" else result.permute(0, 2, 3, 1)


def _places_in_run(size, window, step):
    """How many places a window has along a padded axis; none where it is larger than that by less than a stride."""
    stride, dilation, _ = step
    reach = (window - 1) * dilation + 1
    places = int((size - reach + stride) / stride)  # towards zero, as in C
    if places < 0:
        refuse(
            f"Computed output size would be negative: {places} [input_size: {size}, effective_filter_size: {reach}, "
            f"stride: {stride}]"
        )
    return places


def _nothing(shape, *sources):
    """A tensor without elements, of which all gradients are zero: torch convolves nothing that is empty."""
    return sources[0].new_zeros(shape) + 0 * sum(source.sum() for source in sources)


def conv2d(
    input,
    filter=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu=True,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],  # noqa: B006 - TensorFlow's signature; never written to
    name=None,
    filters=None,
):
    """Images convolved with ``filter``: ``[batch, height, width, channels]`` by ``[h, w, channels, filters]``.

    ``out[b, i, j, f] = sum over di, dj, c of input[b, stride * i + di, stride * j + dj, c] * filter[di, dj, c, f]``.
    ``strides`` and ``dilations`` are a number, one each for height and width, or one for each axis. ``padding`` is
    "SAME" (zeros around, so that stride 1 keeps the size), "VALID" (none), or a list of ``[before, after]`` for each
    axis. ``data_format="NCHW"`` has channels second. Where the filter has fewer channels, a divisor of the image's,
    these are convolved in groups. ``filters`` is another name of ``filter``. ``ValueError`` for lists of a wrong
    length and for shapes that do not fit.
    """
    filter = either("filters", filters, "filter", filter)
    padding, explicit_paddings = _explicit(padding)
    data_format = data_format or "NHWC"
    return raw.Conv2D(
        input,
        filter,
        strides=_for_all_axes("strides", strides, data_format),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=_for_all_axes("dilations", dilations, data_format),
        name=name,
    )


def _for_all_axes(name, value, data_format):
    value = [1] if value is None else list(value) if hasattr(value, "__len__") else [value]
    if len(value) == 4:
        return value
    if len(value) not in (1, 2):
        raise ValueError(f"{name} should be of length 1, 2 or 4 but was {len(value)}")
    value = value * (2 // len(value))
    return [1, 1, *value] if data_format.startswith("NC") else [1, *value, 1]


def _explicit(padding):
    """The attrs ``padding`` and ``explicit_paddings``."""
    if padding == "EXPLICIT":
        raise ValueError(
            '"EXPLICIT" is not a valid value for the padding parameter. To use explicit padding, the padding '
            "parameter must be a list."
        )
    if not isinstance(padding, (list, tuple)):
        return padding, []
    for i, sides in enumerate(padding):
        is_list = isinstance(sides, (list, tuple))
        if not is_list or len(sides) != 2:
            wrong = f"has size {len(sides)}" if is_list else "is not a list/tuple"
            raise ValueError(
                "When padding is a list, each element of padding must be a list/tuple of size 2. Element with index "
                f"{i} of padding {wrong}"
            )
    if len(padding) != 4:
        raise ValueError(f"When padding is a list, it must be of size 4. Got padding of size: {len(padding)}")
    return "EXPLICIT", [size for sides in padding for size in sides]
