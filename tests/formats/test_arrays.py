"""Arrays to and from TensorProto, against TensorFlow's own."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from lazytf.core import dtypes
from lazytf.formats.arrays import array_from_proto, proto_from_array, shape_proto
from lazytf.formats.messages import TensorProto

from .recorded import EXPECTED, encoded, recorded

PROTOS = EXPECTED["protos"]
NUMBERS = [
    np.float32,
    np.float64,
    np.float16,
    ml_dtypes.bfloat16,
    np.complex64,
    np.complex128,
    np.bool_,
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.uint16,
    np.uint32,
    np.uint64,
]


def proto(dtype, shape, **fields):
    return TensorProto(dtype=dtypes.as_dtype(dtype).as_datatype_enum, tensor_shape=shape_proto(shape), **fields)


@pytest.mark.parametrize("name", sorted(PROTOS))
def test_reads_what_tensorflow_made(name):
    made = TensorProto.FromString(bytes.fromhex(PROTOS[name]["proto"]))
    assert encoded(array_from_proto(made)) == recorded(PROTOS[name])


@pytest.mark.parametrize("name", sorted(name for name in PROTOS if not name.endswith("/continued")))
def test_makes_what_tensorflow_makes(name):
    made = TensorProto.FromString(bytes.fromhex(PROTOS[name]["proto"]))
    assert proto_from_array(array_from_proto(made)) == made


def test_a_shape_with_more_elements_continues_the_last():
    made = TensorProto.FromString(bytes.fromhex(PROTOS["float32/continued"]["proto"]))
    assert proto_from_array(np.float32([1.5, 2.5]), shape=(2, 2)) == made


@pytest.mark.parametrize("scalar", NUMBERS)
@given(data=st.data())
def test_what_is_made_is_read(scalar, data):
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    raw = data.draw(hnp.arrays(np.uint8, (*shape, np.dtype(scalar).itemsize)))
    array = (raw & 1 if scalar is np.bool_ else raw.copy()).view(scalar).reshape(shape)
    with np.errstate(invalid="ignore"):
        array[...] = np.where(np.isnan(array), np.ones((), scalar), array)  # a NaN's payload may not survive
    read = array_from_proto(proto_from_array(array))
    assert read.dtype == array.dtype and read.shape == shape and read.tobytes() == array.tobytes()
    assert read.flags.writeable


@given(
    hnp.arrays(object, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3), elements=st.binary(max_size=9))
)
def test_strings_round_trip(array):
    read = array_from_proto(proto_from_array(array))
    assert read.dtype == object and read.shape == array.shape and read.tolist() == array.tolist()


# Recorded from TensorFlow 1.15's Const kernel.
@pytest.mark.parametrize(
    "given, expected",
    [
        (proto("float32", (2, 3)), np.zeros((2, 3), np.float32)),
        (proto("float32", (2, 2), float_val=[2, 3]), np.float32([[2, 3], [3, 3]])),
        (proto("float32", (2,), float_val=[1, 2, 3]), np.float32([1, 2])),
        (proto("float16", (2,), half_val=[15360]), np.float16([1, 1])),
        (proto("complex64", (2,), scomplex_val=[1, 2, 3]), np.complex64([1 + 2j, 1 + 2j])),
        (proto("uint8", (2,), int_val=[300]), np.uint8([44, 44])),
        (proto("uint64", (2,), uint64_val=[2**64 - 1]), np.uint64([2**64 - 1] * 2)),
        (proto("int32", (2,), float_val=[3]), np.int32([0, 0])),
        (proto("int32", (), int_val=[3], tensor_content=b"\1\0\0\0"), np.int32(1)),
        (proto("int32", None, int_val=[3]), np.int32(3)),
        (proto("int32", (0,)), np.zeros(0, np.int32)),
        (proto("string", (2,), tensor_content=b"\1\2aBC"), np.array([b"a", b"BC"], object)),
        (proto("string", (2,)), np.array([b"", b""], object)),
    ],
)
def test_short_long_and_empty_fields_mean_what_they_mean_to_tensorflow(given, expected):
    read = array_from_proto(given)
    assert read.dtype == expected.dtype and read.shape == expected.shape and read.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "given, kind, message",
    [
        (proto("int32", (2, 3), tensor_content=b"\1\0\0\0"), ValueError, r"int32 with shape \(2, 3\) needs 24 .*got 4"),
        (proto("int32", (-1,), int_val=[3]), ValueError, "shape of a TensorProto must be known"),
        (proto("string", (2,), tensor_content=b"\1\2aBCD"), ValueError, "2 strings has 6 bytes"),
        (proto("string", (9,), tensor_content=b"\1\2"), ValueError, "9 strings has 2 bytes"),
        (proto("resource", ()), TypeError, "resource"),
        (TensorProto(dtype=101), TypeError, "float32_ref"),
        (TensorProto(), TypeError, "0"),
    ],
)
def test_a_proto_without_an_array_says_why(given, kind, message):
    with pytest.raises(kind, match=message):
        array_from_proto(given)


@pytest.mark.parametrize(
    "arguments, kind, message",
    [
        ((np.arange(3), None, (2,)), ValueError, "Too many elements provided. Needed at most 2, but received 3"),
        ((np.zeros(0), None, (2,)), ValueError, "at least one element"),
        ((np.array([1], object),), TypeError, "Expected binary or unicode string, got 1"),
        ((np.array(["a"]), "int32"), TypeError, "Expected an array of int32"),
        ((np.zeros(1), "variant"), TypeError, "variant"),
    ],
)
def test_an_array_without_a_proto_says_why(arguments, kind, message):
    with pytest.raises(kind, match=message):
        proto_from_array(*arguments)


def test_text_is_stored_as_utf8_and_big_endian_arrays_as_their_values():
    assert list(proto_from_array(np.array(["ä"])).string_val) == ["ä".encode()]
    assert array_from_proto(proto_from_array(np.array([1, 2], ">i4"))).tolist() == [1, 2]
