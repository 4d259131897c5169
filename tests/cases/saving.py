"""What outlives a session: checkpoints, running averages, summaries and event files."""

import glob
import os
import shutil
import struct
import tempfile

import numpy as np

from tests.cases.probe import names, plain, raised, values


class _Folder:
    """A folder for the time of a ``with``; ``told`` writes paths inside it as DIR/..."""

    def __enter__(self):
        self.path = tempfile.mkdtemp()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def __call__(self, *parts):
        return os.path.join(self.path, *parts)

    def told(self, text):
        return text if text is None else text.replace(self.path, "DIR")

    def files(self):
        return sorted(os.listdir(self.path))


def what_is_saved_is_restored(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    i = tf.Variable(3, name="i")
    s = tf.Variable("text", name="s")
    r = tf.Variable([[4.0]], name="r", use_resource=True)
    saver = tf.train.Saver()
    with _Folder() as folder:
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            path = saver.save(session, folder("model"))
            session.run([v.assign([9.0, 9.0]), i.assign(9)])
        with tf.Session() as session:
            saver.restore(session, path)
            return [session.run([v, i, s, r]), folder.told(path), folder.files()]


def a_step_is_part_of_the_name(tf):
    step = tf.Variable(7, name="step", trainable=False)
    saver = tf.train.Saver()
    with _Folder() as folder, tf.Session() as session:
        session.run(step.initializer)
        told = [saver.save(session, folder("m"), global_step=g) for g in (step, 8, np.int64(9))]
        told.append(saver.save(session, folder("m"), global_step=10, write_meta_graph=False))
        return [[folder.told(t) for t in told], folder.files()]


def only_the_last_checkpoints_are_kept(tf):
    v = tf.Variable(1.0, name="v")
    with tf.Session() as session, _Folder() as folder:
        session.run(v.initializer)
        told = []
        for keep in (2, 1, 0, None, 5):
            saver = tf.train.Saver(max_to_keep=keep)
            for step in range(3):
                saver.save(session, folder(f"m{keep}"), global_step=step, write_meta_graph=False)
            told.append([f for f in folder.files() if f.startswith(f"m{keep}-") and f.endswith(".index")])
            told.append([folder.told(p) for p in saver.last_checkpoints])
        return told


def without_state_all_checkpoints_stay(tf):
    v = tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=1)
    with tf.Session() as session, _Folder() as folder:
        session.run(v.initializer)
        for step in range(3):
            saver.save(session, folder("m"), global_step=step, write_meta_graph=False, write_state=False)
        return [folder.files(), saver.last_checkpoints, tf.train.latest_checkpoint(folder.path)]


def the_checkpoint_file_says_which_is_latest(tf):
    v = tf.Variable(1.0, name="v")
    saver = tf.train.Saver(max_to_keep=2)
    with _Folder() as folder, tf.Session() as session:
        session.run(v.initializer)
        told = [tf.train.latest_checkpoint(folder.path), tf.train.get_checkpoint_state(folder.path)]
        for step in (1, 2, 3):
            saver.save(session, folder("m"), global_step=step)
        state = tf.train.get_checkpoint_state(folder.path)
        with open(folder("checkpoint")) as file:
            lines = [line for line in file.read().split("\n") if "timestamp" not in line]
        told += [
            folder.told(tf.train.latest_checkpoint(folder.path)),
            folder.told(state.model_checkpoint_path),
            [folder.told(p) for p in state.all_model_checkpoint_paths],
            [folder.told(line) for line in lines],
            [tf.train.checkpoint_exists(folder("m-3")), tf.train.checkpoint_exists(folder("m-1"))],
        ]
        saver.save(session, folder("other"), latest_filename="mine")
        told.append(folder.told(tf.train.latest_checkpoint(folder.path, "mine")))
        return told


def the_checkpoint_file_can_be_written_by_hand(tf):
    with _Folder() as folder:
        tf.train.update_checkpoint_state(folder.path, "m-2", ["m-1", "m-2"])
        with open(folder("checkpoint")) as file:
            lines = [line for line in file.read().split("\n") if "timestamp" not in line]
        state = tf.train.get_checkpoint_state(folder.path)
        return [
            lines,
            folder.told(state.model_checkpoint_path),
            raised(lambda: tf.train.latest_checkpoint(folder.path)),
        ]


def a_saver_takes_a_list_or_names(tf):
    a, b = tf.Variable([1.0], name="a"), tf.Variable([2.0], name="b")
    with _Folder() as folder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver({"first": a, "second": b}).save(session, folder("m"))
        session.run([a.assign([0.0]), b.assign([0.0])])
        tf.train.Saver({"second": a}).restore(session, path)
        told = [session.run([a, b])]
        some = tf.train.Saver([b]).save(session, folder("some"))
        told.append(sorted(name for name, _ in tf.train.list_variables(path)))
        told.append([[n, s] for n, s in tf.train.list_variables(some)])
        told.append(tf.train.load_variable(path, "second"))
        return told


def a_checkpoint_reader_lists_and_reads(tf):
    tf.Variable([[1.0, 2.0]], name="a/v")
    tf.Variable(3, name="i", dtype=tf.int64)
    with _Folder() as folder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, folder("m"))
        reader = tf.train.NewCheckpointReader(path)
        shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
        return [
            {k: shapes[k] for k in sorted(shapes)},
            {k: dtypes[k].name for k in sorted(dtypes)},
            reader.has_tensor("i"),
            reader.has_tensor("j"),
            reader.get_tensor("a/v"),
            raised(lambda: reader.get_tensor("j"), key="j"),
        ]


def unfit_restores_raise(tf):
    a, b = tf.Variable([1.0], name="a"), tf.Variable([2.0, 3.0], name="b")
    with _Folder() as folder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver([a]).save(session, folder("m"))
        told = [
            raised(lambda: tf.train.Saver([a, b]).restore(session, path), key="Key b not found in checkpoint"),
            raised(lambda: tf.train.Saver({"a": b}).restore(session, path), key=""),
            raised(
                lambda: tf.train.Saver([a]).restore(session, folder("none")),
                key="The passed save_path is not a valid checkpoint",
            ),
            raised(lambda: tf.train.Saver([a]).restore(session, None)),
            raised(lambda: tf.train.Saver([a]).save(session, folder("no", "such", "m")), key=""),
        ]
        return told + [session.run([a, b])]


def unfit_savers_raise(tf):
    told = [raised(lambda: tf.train.Saver())]
    a = tf.Variable([1.0], name="a")
    saver = tf.train.Saver()
    told += [
        raised(lambda: tf.train.Saver([a, a]), key="a"),
        raised(lambda: tf.train.Saver({"x": 3}), key=""),
        raised(lambda: tf.train.Saver([tf.constant(1.0)]), key=""),
        raised(lambda: tf.train.Saver(3), key=""),
    ]
    with tf.Session() as session:
        told.append(raised(lambda: saver.save(session, "")))
        told.append(raised(lambda: saver.save(3, "m")))
    return told


def an_uninitialised_variable_is_not_saved(tf):
    tf.Variable([1.0], name="a")
    saver = tf.train.Saver()
    with _Folder() as folder, tf.Session() as session:
        error = raised(lambda: saver.save(session, folder("m")), key="Attempting to use uninitialized value a")
        return [error, tf.train.latest_checkpoint(folder.path)]


def partitioned_variables_are_saved_as_one(tf):
    v = tf.get_variable("v", initializer=tf.ones_initializer(), shape=[5, 2], partitioner=tf.fixed_size_partitioner(2))
    with _Folder() as folder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, folder("m"))
        with tf.Graph().as_default():
            whole = tf.get_variable("v", [5, 2])
            with tf.Session() as other:
                tf.train.Saver([whole]).restore(other, path)
                return [other.run(whole), [[n, s] for n, s in tf.train.list_variables(path)], len(list(v))]


def last_checkpoints_can_be_set_and_recovered(tf):
    v = tf.Variable(1.0, name="v")
    with _Folder() as folder, tf.Session() as session:
        session.run(v.initializer)
        first = tf.train.Saver(max_to_keep=2)
        paths = [first.save(session, folder("m"), global_step=s, write_meta_graph=False) for s in (1, 2)]
        second = tf.train.Saver(max_to_keep=2)
        second.recover_last_checkpoints(paths)
        second.save(session, folder("m"), global_step=3, write_meta_graph=False)
        return [[folder.told(p) for p in second.last_checkpoints], [f for f in folder.files() if f.endswith(".index")]]


def a_running_average_follows_its_variable(tf):
    v = tf.Variable([10.0, 20.0], name="v")
    average = tf.train.ExponentialMovingAverage(0.9)
    update = average.apply([v])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = [session.run(average.average(v))]
        for _ in range(3):
            session.run(v.assign_add([1.0, 1.0]))
            session.run(update)
            told.append(session.run(average.average(v)))
        return [told, update.name, update.type, average.average(v).name, average.name]


def a_running_average_speeds_up_at_first_with_updates_counted(tf):
    v = tf.Variable(10.0, name="v")
    step = tf.Variable(0, trainable=False, name="step")
    average = tf.train.ExponentialMovingAverage(0.99, num_updates=step)
    update = average.apply([v])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        told = []
        for k in range(3):
            session.run([v.assign(10.0 * k), step.assign(k)])
            session.run(update)
            told.append(session.run(average.average(v)))
        return told


def a_running_average_of_a_tensor_starts_at_zero(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.multiply(x, 2.0, name="y")
    told = []
    for debias in (False, True):
        average = tf.train.ExponentialMovingAverage(0.5, zero_debias=debias, name=f"E{debias:d}")
        update = average.apply([y])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            path = []
            for _ in range(3):
                session.run(update, {x: [1.0, 2.0]})
                path.append(plain(session.run(average.average(y))))
            told.append([path, average.average(y).name, average.average_name(y)])
    return [told, names(tf.global_variables())]


def running_averages_have_these_names(tf):
    with tf.variable_scope("s"):
        v = tf.get_variable("v", [2])
    w = tf.Variable(1.0, name="w", trainable=False)
    average = tf.train.ExponentialMovingAverage(0.9)
    before = [average.average(v), average.average_name(v), average.average_name(w)]
    with tf.name_scope("inside"):
        average.apply()
    average.apply([w])
    restore = average.variables_to_restore()
    return {
        "before": before,
        "names": names([average.average(v), average.average(w)]),
        "moving": names(tf.moving_average_variables()),
        "global": names(tf.global_variables()),
        "trainable": names(tf.trainable_variables()),
        "restore": {k: restore[k].name for k in sorted(restore)},
        "restore some": sorted(average.variables_to_restore([w])),
    }


def unfit_running_averages_raise(tf):
    v, i = tf.Variable(1.0, name="v"), tf.Variable(1, name="i")
    average = tf.train.ExponentialMovingAverage(0.9)
    average.apply([v])
    return [
        raised(lambda: average.apply([v])),
        raised(lambda: average.apply([i]), key="The variables must be half, float, or double: i"),
        raised(lambda: tf.train.ExponentialMovingAverage(0.9).apply([tf.constant("a")]), key=""),
        average.average(i),
    ]


def averages_are_restored_in_place_of_their_variables(tf):
    v = tf.Variable(10.0, name="v")
    average = tf.train.ExponentialMovingAverage(0.5)
    update = average.apply([v])
    with _Folder() as folder, tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(v.assign(20.0))
        session.run(update)
        path = tf.train.Saver().save(session, folder("m"))
        tf.train.Saver(average.variables_to_restore()).restore(session, path)
        return session.run(v)


def _summary(tf, serialized):
    return tf.Summary.FromString(serialized)


def _tags_and_values(tf, serialized):
    return [[value.tag, value.simple_value] for value in _summary(tf, serialized).value]


def a_scalar_summary_holds_tag_and_value(tf):
    with tf.name_scope("scope"):
        made = [tf.summary.scalar("a", 1.5), tf.summary.scalar("b c!", tf.constant(2)), tf.summary.scalar("a", 3.0)]
        made.append(tf.summary.scalar("f", 4.0, family="family"))
    with tf.Session() as session:
        ran = session.run(made)
    told = [_tags_and_values(tf, r) for r in ran]
    return [names(made), [type(r).__name__ for r in ran], told, names(tf.get_collection(tf.GraphKeys.SUMMARIES))]


def _histogram(tf, data):
    with tf.Graph().as_default():
        made = tf.summary.histogram("h", data)
        with tf.Session() as session:
            value = _summary(tf, session.run(made)).value[0]
    h = value.histo
    return [value.tag, h.min, h.max, h.num, h.sum, h.sum_squares, list(h.bucket_limit), list(h.bucket)]


def a_histogram_summary_holds_these_buckets(tf):
    given = {
        "few": [1.0, 2.0, 2.0, 3.0],
        "signs": [-5.0, -0.1, 0.0, 0.1, 5.0],
        "zero": [0.0],
        "ints": [1, 2, 3],
        "same": [2.5] * 4,
        "far": [1e-20, 1e30, -1e30],
        "double": np.linspace(-1.0, 1.0, 9),
        "matrix": np.float32([[1.0, 2.0], [3.0, 4.0]]),
    }
    return {name: _histogram(tf, data) for name, data in given.items()}


def unfit_summaries_raise(tf):
    x = tf.placeholder(tf.float32, name="x")
    scalar, histogram = tf.summary.scalar("a", x), tf.summary.histogram("h", x)
    with tf.Session() as session:
        return [
            raised(lambda: session.run(scalar, {x: [1.0, 2.0]}), key=""),
            raised(lambda: session.run(histogram, {x: [1.0, float("nan")]}), key=""),
            len(session.run(histogram, {x: []})) > 0,
            raised(lambda: tf.summary.scalar("s", "text"), key=""),
            raised(lambda: tf.summary.scalar("s", [1.0, 2.0]), key=""),
            raised(lambda: tf.summary.scalar("", 1.0), key=""),
        ]


def merged_summaries_join_their_values(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    a = tf.summary.scalar("a", x)
    with tf.name_scope("s"):
        b = tf.summary.scalar("b", x * 2.0, collections=["mine"])
    merged = [tf.summary.merge([a, b], name="both"), tf.summary.merge_all(), tf.summary.merge_all("mine")]
    none = tf.summary.merge_all("none")
    with tf.Session() as session:
        ran = [_tags_and_values(tf, r) for r in session.run(merged, {x: 1.0})]
    again = tf.summary.merge([tf.summary.scalar("c", 1.0), tf.summary.scalar("c", 2.0)])
    same = tf.summary.merge([a, a])
    with tf.Session() as session:
        told = [len(_summary(tf, session.run(again)).value), raised(lambda: session.run(same, {x: 1.0}), key="")]
    scoped = tf.summary.merge_all(scope="s")
    return [names(merged), none, ran, told, scoped]


def _events(tf, folder):
    """Yields the Event messages of the one event file in ``folder``, read record by record."""
    (path,) = glob.glob(folder("events.out.tfevents.*"))
    with open(path, "rb") as file:
        data = file.read()
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        yield tf.Event.FromString(data[12 : 12 + size])
        data = data[12 + size + 4 :]


def an_event_file_holds_version_graph_and_summaries(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    summary = tf.summary.scalar("a", x)
    with _Folder() as folder:
        with tf.Session() as session:
            writer = tf.summary.FileWriter(folder.path, session.graph)
            for step in range(2):
                writer.add_summary(session.run(summary, {x: step * 1.5}), step)
            by_hand = tf.Summary(value=[tf.Summary.Value(tag="mine", simple_value=7.0)])
            writer.add_summary(by_hand, 5)
            writer.close()
        told = []
        for event in _events(tf, folder):
            kind = event.WhichOneof("what")
            if kind == "graph_def":
                told.append([kind, [n.name for n in tf.GraphDef.FromString(event.graph_def).node]])
            elif kind == "summary":
                told.append([kind, event.step, [[v.tag, v.simple_value] for v in event.summary.value]])
            else:
                told.append([kind, event.file_version])
        return [told, os.path.basename(folder.files()[0]).split(".")[:3]]


def a_file_writer_is_a_context_and_reopens(tf):
    with _Folder() as folder:
        with tf.summary.FileWriter(folder("deep", "er")) as writer:
            made = os.path.isdir(folder("deep", "er"))
            writer.add_summary(tf.Summary(), 1)
            writer.flush()
            told = [made, folder.told(writer.get_logdir())]
        warned = raised(lambda: tf.summary.FileWriter(folder.path, graph=3), key="")
        return told + [warned]


def the_writer_cache_gives_one_writer_for_a_folder(tf):
    with _Folder() as folder:
        first, second = tf.summary.FileWriterCache.get(folder.path), tf.summary.FileWriterCache.get(folder.path)
        tf.summary.FileWriterCache.clear()
        return first is second


def training_continues_from_a_checkpoint(tf):
    def build():
        v = tf.get_variable("v", initializer=tf.constant([1.0, -2.0]))
        step = tf.train.get_or_create_global_step()
        train = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(tf.square(v)), global_step=step)
        return v, step, train, tf.train.Saver()

    with _Folder() as folder:
        with tf.Graph().as_default():
            v, step, train, saver = build()
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                for _ in range(3):
                    session.run(train)
                path = saver.save(session, folder("m"), global_step=step)
                for _ in range(3):
                    session.run(train)
                straight = plain(session.run([v, step]))
        with tf.Graph().as_default():
            v, step, train, saver = build()
            with tf.Session() as session:
                saver.restore(session, path)
                for _ in range(3):
                    session.run(train)
                return [straight, session.run([v, step]), [[n, s] for n, s in tf.train.list_variables(path)]]


def get_global_step_reads_its_value(tf):
    step = tf.train.get_or_create_global_step()
    with tf.Session() as session:
        session.run(step.initializer)
        session.run(step.assign_add(5))
        return [tf.train.global_step(session, step), raised(lambda: tf.train.global_step(session, None), key="")]


def learning_rates_decay(tf):
    step = tf.placeholder_with_default(tf.constant(0, tf.int64), [])
    made = [
        tf.train.exponential_decay(0.1, step, 10, 0.5),
        tf.train.exponential_decay(0.1, step, 10, 0.5, staircase=True),
        tf.train.natural_exp_decay(0.1, step, 10, 0.5),
        tf.train.natural_exp_decay(0.1, step, 10, 0.5, staircase=True),
        tf.train.inverse_time_decay(0.1, step, 10, 0.5),
        tf.train.inverse_time_decay(0.1, step, 10, 0.5, staircase=True),
        tf.train.polynomial_decay(0.1, step, 20, power=2.0),
        tf.train.polynomial_decay(0.1, step, 10),
        tf.train.cosine_decay(0.1, step, 20, alpha=0.1),
        tf.train.exponential_decay(tf.constant(0.1, tf.float64), step, tf.constant(10), 0.5),
    ]
    with tf.Session() as session:
        return [session.run(made, {step: k}) for k in (0, 5, 10, 25)] + [values(tf, made)]
