"""Summaries are TensorFlow's to the byte (tests/reference/record_summaries.py), images to the pixel.

The ops: ScalarSummary, HistogramSummary, ImageSummary, TensorSummaryV2 and MergeSummary.
"""

import json
import re
import struct
import zlib

import numpy as np
import pytest

import lazytf as tf
from lazytf.core.build import raw
from lazytf.training import summaries
from tests.reference import record_summaries

RECORDED = json.loads(record_summaries.PATH.read_text())


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()


def run(fetches, feed_dict=None):
    with tf.Session() as session:
        return session.run(fetches, feed_dict)


@pytest.mark.parametrize("name", RECORDED["histograms"])
def test_histograms_are_tensorflows_to_the_byte(name):
    values = record_summaries.histograms()[name]
    assert run(summaries.histogram(name, tf.constant(values))).hex() == RECORDED["histograms"][name]


@pytest.mark.parametrize("name", RECORDED["images"])
def test_images_are_tensorflows_to_the_pixel(name):
    summary = tf.Summary.FromString(run(summaries.image("image/" + name, tf.constant(record_summaries.images()[name]))))
    told = [
        [v.tag, v.image.height, v.image.width, v.image.colorspace, pixels(v.image.encoded_image_string)]
        for v in summary.value
    ]
    assert told == RECORDED["images"][name]


def pixels(png):
    """The values in a PNG file that filters nothing."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, position = {}, 8
    while position < len(png):
        size, name = struct.unpack(">I4s", png[position : position + 8])
        chunks[name] = png[position + 8 : position + 8 + size]
        position += size + 12
    width, height, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(
        height, 1 + width * {0: 1, 2: 3, 6: 4}[color]
    )
    assert not rows[:, 0].any()
    return rows[:, 1:].ravel().tolist()


def test_tensors_and_text_are_tensorflows_to_the_byte():
    text = summaries.text("text", tf.constant(["a", "b"]))
    numbers = summaries.tensor_summary("numbers", tf.constant([[1.0, 2.0]]), display_name="Two", family="f")
    assert [made.hex() for made in run([text, numbers])] == [RECORDED["tensors"][k] for k in ("text", "numbers")]


def test_several_tags_and_values_make_one_summary():
    made, none = run([raw.ScalarSummary([["a", "b"]], [[1.0, 2.0]]), raw.ScalarSummary([], tf.zeros([0]))])
    assert made.hex() == "0a080a0161150000803f0a080a01621500000040" and none == b""  # source: TensorFlow 1.15.5
    many = raw.MergeSummary([[run(summaries.scalar("up", 1.0)), run(summaries.scalar("z", 3.0))], made])
    assert [v.tag for v in tf.Summary.FromString(run(many)).value] == ["up", "z", "a", "b"]


@pytest.mark.parametrize(
    "make, value, words",
    [
        (lambda x: summaries.scalar("a", x), [1, 2], r"tags and values not the same shape: \[\] != \[2\] \(tag 'a'\)"),
        (lambda x: raw.ScalarSummary(["a", "b"], x), [1], r"not the same shape: \[2\] != \[1\]$"),
        (lambda x: summaries.histogram("h", x), [1, np.nan, np.inf], "Nan in summary histogram for: h"),
        (lambda x: summaries.histogram("h", x), [1, -np.inf, np.nan], "Infinity in summary histogram for: h"),
        (lambda x: raw.HistogramSummary(["a"], x), [1], "tags must be scalar"),
        (lambda x: summaries.image("i", x), [1], r"Tensor must be 4-D with last dim 1, 3, or 4, not \[1\]"),
        (lambda x: summaries.image("i", x), np.zeros((1, 1, 1, 2)), r"or 4, not \[1,1,1,2\]"),
    ],
)
def test_unfit_values_raise_tensorflows_sentences(make, value, words):
    x = tf.placeholder(tf.float32)
    with pytest.raises(tf.errors.InvalidArgumentError) as told:
        run(make(x), {x: value})
    assert re.search(words, told.value.message.split("\n")[0])


def test_merging_refuses_one_tag_twice_and_what_is_no_summary():
    a = summaries.scalar("a", 1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Duplicate tag a found in summary inputs"):
        run(summaries.merge([a, a]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse one of the summary inputs"):
        run(raw.MergeSummary([b"bad"]))


def test_a_summary_without_a_name_or_of_a_wrong_type_is_refused():
    with pytest.raises(ValueError, match="'' is not a valid node name"):
        summaries.scalar("", 1.0)
    with pytest.raises(TypeError, match="has DataType string not in list of allowed values"):
        summaries.scalar("s", "text")
    with pytest.raises(ValueError, match="Expected tensor Const:0 to have dtype string"):
        summaries.text("t", tf.constant(1.0))


def test_illegal_characters_are_replaced_and_logged(caplog):
    with caplog.at_level("INFO", "tensorflow"):
        assert summaries.scalar("/b c!", 1.0).op.name == "b_c_"
    assert "Summary name /b c! is illegal; using b_c_ instead." in caplog.text


def test_collections_are_as_asked():
    one, two, none = summaries.scalar("a", 1.0), summaries.scalar("b", 1.0, ["mine"]), summaries.scalar("c", 1.0, [])
    both = summaries.merge([one, two, none], ["merged"])
    assert tf.get_collection("summaries") == [one] and tf.get_collection("mine") == [two]
    assert tf.get_collection("merged") == [both]
    assert summaries.merge_all("nothing") is None
    assert list(summaries.merge_all("mine").op.inputs) == [two]


def test_a_large_histogram_of_a_variable_is_taken_from_its_own_values():
    v = tf.Variable(tf.ones([100, 10]))
    made = summaries.histogram("h", v)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert tf.Summary.FromString(session.run(made)).value[0].histo.num == 1000
