"""Device names: what TensorFlow 1.15 says of them, how they merge, which device meets a request."""

import functools

import pytest
from hypothesis import given, strategies as st

from lazytf.core import devices
from lazytf.core.devices import DeviceSpec
from tests.reference import record_core


def nested(*requests):
    """The device of an operation inside these ``tf.device`` blocks, the outermost first."""
    return functools.reduce(lambda outer, inner: "" if inner is None else devices.merge(outer, inner), requests, "")


NAMES = {"DeviceSpec": DeviceSpec, "canonical": devices.canonical, "nested": nested}

specs = st.builds(
    DeviceSpec,
    *(
        st.none() | values
        for values in (
            st.sampled_from(["a", "b"]),
            st.integers(0, 2),
            st.integers(0, 2),
            st.sampled_from(["cpu", "GPU", "TPU"]),
            st.integers(0, 2),
        )
    ),
)


@pytest.mark.parametrize("manner, case, told", record_core.recorded("devices"))
def test_device_names_behave_as_recorded(manner, case, told):
    assert record_core.outcome(case, manner, NAMES) == told


@given(specs)
def test_a_canonical_name_is_its_own_canonical_form(spec):
    name = devices.canonical(spec)
    assert devices.canonical(name) == name == devices.merge(name, name) == devices.merge("", name)


@given(specs, specs, specs)
def test_merging_does_not_care_how_nested_blocks_are_grouped(a, b, c):
    # An index without a type is no part of a string, so the names themselves are what nests.
    a, b, c = map(devices.canonical, (a, b, c))
    assert devices.merge(devices.merge(a, b), c) == devices.merge(a, devices.merge(b, c))


@given(specs, specs)
def test_a_merged_device_meets_the_inner_request(outer, inner):
    assert devices.matches(devices.merge(outer, inner), inner)


@pytest.mark.parametrize(
    "device, request_, met",
    [
        ("/job:a/replica:0/task:1/device:GPU:0", "/gpu:0", True),
        ("/job:a/replica:0/task:1/device:GPU:0", "/gpu:*", True),
        ("/job:a/replica:0/task:1/device:GPU:0", "/gpu", True),
        ("/job:a/replica:0/task:1/device:GPU:0", "/device:*:*", True),
        ("/job:a/replica:0/task:1/device:GPU:0", "/job:a/task:1", True),
        ("/job:a/replica:0/task:1/device:GPU:0", "", True),
        ("/job:a/replica:0/task:1/device:GPU:0", None, True),
        ("/job:a/replica:0/task:1/device:GPU:0", "/gpu:1", False),
        ("/job:a/replica:0/task:1/device:GPU:0", "/cpu:0", False),
        ("/job:a/replica:0/task:1/device:GPU:0", "/job:b", False),
        ("/device:GPU:0", "/task:0", False),
    ],
)
def test_a_device_matches_a_request_if_it_has_every_field_the_request_states(device, request_, met):
    assert devices.matches(device, request_) is met


def test_fields_can_be_set_one_by_one():
    spec = DeviceSpec()
    spec.job, spec.task, spec.device_type, spec.device_index = "ps", "3", "gpu", 1
    assert spec.to_string() == "/job:ps/task:3/device:GPU:1"
    spec.merge_from(DeviceSpec(task=0))
    spec.device_type = None
    assert spec.to_string() == "/job:ps/task:0"
    assert repr(spec) == "DeviceSpec(job='ps', task=0, device_index=1)"
