"""Writes tests/reference/formats/: small files made by TensorFlow, and what TensorFlow reads from them.

python3.7 tests/reference/record_formats.py       (TensorFlow 1.15.5, protobuf < 3.21)
"""

import glob
import json
import os

import numpy as np
import tensorflow as tf
from tensorflow.python.ops import io_ops

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "formats")
NUMBERS = (
    "float32 float64 int32 uint8 int16 int8 complex64 int64 bool qint8 quint8 qint32 bfloat16 "
    "qint16 quint16 uint16 complex128 float16 uint32 uint64"
).split()
RECORDS = [b"", b"one", b"\x00\xff" * 40, "zwölf".encode()]


def sample(name, shape=(2, 3)):
    """Values that reach both ends of their type; the same on every machine."""
    dtype = tf.as_dtype(name)
    values = np.arange(int(np.prod(shape))).reshape(shape) - 2
    if dtype.is_quantized:
        return (values + 2).astype(dtype.as_numpy_dtype[0])
    if dtype.is_complex:
        return (values + 0.5j * values).astype(dtype.as_numpy_dtype)
    return values.astype(dtype.as_numpy_dtype)


def encoded(array):
    """An array as JSON: strings as hex, numbers as the hex of their little-endian bytes."""
    array = np.asarray(array, object if isinstance(array, bytes) else None)
    if array.dtype == object:
        content = [element.hex() for element in array.reshape(-1)]
    else:
        content = array.tobytes().hex()
    return {"shape": list(array.shape), "content": content}


def write_checkpoint(prefix):
    """Every dtype, strings, scalars, empty tensors and slices; returns name -> dtype, shape and content."""
    tensors = {}
    for name in NUMBERS:
        values = sample(name)
        tensor = tf.constant(values)
        if tf.as_dtype(name).is_quantized:
            tensor = tf.bitcast(tf.constant(values), tf.as_dtype(name))
        tensors["all/" + name] = tensor
    tensors["scalar"] = tf.constant(np.float32(1.5))
    tensors["empty"] = tf.zeros([0, 3], tf.int64)
    tensors["strings"] = tf.constant([[b"", b"a"], [b"\x00\xff", b"x" * 300]])
    tensors["string"] = tf.constant(b"alone")
    tensors["no_strings"] = tf.constant([], tf.string)
    whole = sample("float32", (5, 200))
    names, specs, values = sorted(tensors), [""] * len(tensors), [tensors[name] for name in sorted(tensors)]
    for part, spec in (
        (whole[:3], "5 200 0,3:-"),
        (whole[3:, :150], "5 200 3,2:0,150"),
        (whole[3:, 150:], "5 200 3,2:150,50"),
    ):
        names.append("parts")
        specs.append(spec)
        values.append(tf.constant(part))
    save = io_ops.save_v2(prefix, names, specs, values)
    with tf.Session() as session:
        session.run(save)
    reader = tf.train.NewCheckpointReader(prefix)
    expected = {}
    for name, dtype in reader.get_variable_to_dtype_map().items():
        expected[name] = dict(encoded(reader.get_tensor(name)), dtype=dtype.name)
    return expected


def write_records():
    for label, kind in (("plain", ""), ("gzip", "GZIP"), ("zlib", "ZLIB")):
        with tf.io.TFRecordWriter(os.path.join(HERE, label + ".tfrecord"), kind) as writer:
            for record in RECORDS:
                writer.write(record)
    return [record.hex() for record in RECORDS]


def write_events():
    """A scalar, a histogram and a session log, under a name without time and host."""
    writer = tf.summary.FileWriter(HERE, filename_suffix=".fresh")
    histogram = tf.HistogramProto(min=-1, max=2, num=3, sum=1, sum_squares=5, bucket_limit=[0, 3], bucket=[1, 2])
    writer.add_event(
        tf.Event(
            wall_time=10,
            step=1,
            summary=tf.Summary(
                value=[
                    tf.Summary.Value(tag="loss", simple_value=0.25),
                    tf.Summary.Value(tag="weights", histo=histogram),
                ]
            ),
        )
    )
    writer.add_event(tf.Event(wall_time=11, step=2, session_log=tf.SessionLog(status=tf.SessionLog.START)))
    writer.close()
    (made,) = glob.glob(os.path.join(HERE, "*.fresh"))
    path = os.path.join(HERE, "events.out.tfevents.recorded")
    os.replace(made, path)
    return [event.SerializeToString().hex() for event in tf.train.summary_iterator(path)]


def tensor_protos():
    """What make_tensor_proto makes of an array of each type, and of one that is to be continued."""
    protos = {}
    for name in NUMBERS + ["string"]:
        dtype = tf.as_dtype(name)
        for label, shape in (("scalar", ()), ("vector", (3,)), ("empty", (0, 2))):
            if name in ("qint16", "quint16") and label != "vector":
                continue  # make_tensor_proto itself fails on these
            values = sample(name, shape) if name != "string" else np.full(shape, b"ab", object)
            if dtype.is_quantized:
                values = values.view(dtype.as_numpy_dtype)
            proto = tf.make_tensor_proto(values)
            with tf.Session(graph=tf.Graph()) as session:
                node = tf.NodeDef(name="c", op="Const")
                node.attr["dtype"].type = proto.dtype
                node.attr["value"].tensor.CopyFrom(proto)
                (tensor,) = tf.import_graph_def(tf.GraphDef(node=[node]), return_elements=["c:0"], name="")
                value = session.run(tensor)
            protos[name + "/" + label] = dict(encoded(value), proto=proto.SerializeToString().hex())
    continued = tf.make_tensor_proto([1.5, 2.5], tf.float32, shape=[2, 2])
    protos["float32/continued"] = dict(encoded(tf.make_ndarray(continued)), proto=continued.SerializeToString().hex())
    return protos


def main():
    if not os.path.isdir(HERE):
        os.makedirs(HERE)
    for path in glob.glob(os.path.join(HERE, "*")):
        os.remove(path)
    expected = {
        "tensorflow": tf.__version__,
        "checkpoint": write_checkpoint(os.path.join(HERE, "checkpoint")),
        "records": write_records(),
        "events": write_events(),
        "protos": tensor_protos(),
    }
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
