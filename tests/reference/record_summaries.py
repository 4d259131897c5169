"""Writes tests/reference/summaries.json: the bytes of TensorFlow's summaries, for the values that are described here.

python -m tests.reference.record_summaries       (TensorFlow 1.15.5)
"""

import json
import pathlib

import numpy as np

PATH = pathlib.Path(__file__).with_name("summaries.json")


def histograms():
    """Name -> array: values whose histograms must agree to the last bit of their sums."""
    random = np.random.RandomState(5)
    return {
        "normal": random.randn(1000).astype("float32"),
        "double": random.standard_cauchy(300),
        "half": random.randn(20).astype("float16"),
        "int32": random.randint(-1000, 1000, 50).astype("int32"),
        "int64": np.array([2**53 + 1, -(2**53) - 1, 7]),
        "uint8": np.arange(256, dtype="uint8"),
        "tiny": np.array([1e-12, -1e-12, 1e-13, -0.0, 0.0]),
        "huge": np.array([1e20, 9e19, 1e300, -1e300]),
        "edges": np.array([1e-12 * 1.1, 1e-12 * 1.1 * 1.1, -1e-12 * 1.1]),
        "empty": np.zeros(0, "float32"),
        "matrix": random.rand(3, 4).astype("float32"),
    }


def images():
    """Name -> array ``[batch, height, width, channels]``."""
    random = np.random.RandomState(6)
    return {
        "uint8": random.randint(0, 256, (2, 3, 4, 3)).astype("uint8"),
        "gray": random.rand(1, 5, 5, 1).astype("float32"),
        "signed": random.randn(1, 4, 4, 3).astype("float32"),
        "double": random.rand(1, 4, 4, 4) * 9,
        "half": random.rand(1, 4, 4, 1).astype("float16"),
        "broken": np.array([[[[np.nan], [0.5]], [[np.inf], [-3.0]]]], "float32"),
        "black": np.zeros((1, 2, 2, 1), "float32"),
        "four": random.rand(4, 1, 1, 1).astype("float32"),
    }


def main():
    """Writes the file."""
    import tensorflow as tf

    told = {"histograms": {}, "images": {}, "tensors": {}}
    with tf.Session() as session:
        for name, values in histograms().items():
            told["histograms"][name] = session.run(tf.summary.histogram(name, tf.constant(values))).hex()
        for name, values in images().items():
            summary = tf.Summary.FromString(session.run(tf.summary.image("image/" + name, tf.constant(values))))
            told["images"][name] = [
                [
                    v.tag,
                    v.image.height,
                    v.image.width,
                    v.image.colorspace,
                    session.run(tf.image.decode_png(v.image.encoded_image_string)).ravel().tolist(),
                ]
                for v in summary.value
            ]
        told["tensors"]["text"] = session.run(tf.summary.text("text", tf.constant(["a", "b"]))).hex()
        told["tensors"]["numbers"] = session.run(
            tf.summary.tensor_summary("numbers", tf.constant([[1.0, 2.0]]), display_name="Two", family="f")
        ).hex()
    PATH.write_text(json.dumps(told, indent=0) + "\n")


if __name__ == "__main__":
    main()
