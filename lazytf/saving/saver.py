"""``tf.train.Saver``: variables of a session to checkpoints and back.

A saver adds a few operations to the graph, once: one that writes all its variables under a prefix that is fed, one that
reads them, an assignment for each. What it knows beyond that is which checkpoints it wrote: it keeps the latest few.

A checkpoint is in place before the ``checkpoint`` file names it, and the file no longer names one that is deleted. So a
process may die at any moment: what ``latest_checkpoint`` finds afterwards is whole.
"""

import collections
import logging
import numbers
import os
import time
import uuid

from lazytf.core import errors
from lazytf.core.build import name_scope, raw
from lazytf.core.collections import GraphKeys
from lazytf.core.devices import DeviceSpec
from lazytf.core.graph import get_default_graph
from lazytf.formats import files
from lazytf.formats.messages import SaverDef
from lazytf.ops.constants import constant
from lazytf.ops.control import group, with_dependencies
from lazytf.ops.placeholders import placeholder_with_default
from lazytf.saving.checkpoint_state import (
    checkpoint_exists,
    get_checkpoint_mtimes,
    meta_graph_path,
    remove_checkpoint,
    write_checkpoint_state,
)
from lazytf.saving.meta_graph import export_meta_graph, import_collections, import_graph_message
from lazytf.saving.saveables import SaveableObject as SaveableObject, SaveSpec as SaveSpec, saveables_of
from lazytf.state.inventory import global_variables

_LOG = logging.getLogger("tensorflow")


class Saver:
    """Saves variables to checkpoints and restores them.

        saver = tf.train.Saver()
        path = saver.save(session, "/tmp/model/m", global_step=step)       # "/tmp/model/m-1000"
        saver.restore(session, path)

    ``var_list`` is a list of variables, or a dictionary from names in the checkpoint to variables; all global variables
    unless given. ``reshape`` lets a variable have another shape than in the checkpoint, with as many elements.
    ``sharded`` writes the variables of each device to a file of their own. ``max_to_keep`` checkpoints stay (None or 0:
    all), besides one for every ``keep_checkpoint_every_n_hours``. ``name`` is the scope of its operations.
    ``saver_def`` makes a saver of operations that the graph has already. ``defer_build`` waits with all that until
    ``build``. ``allow_empty`` permits a graph without variables. ``pad_step_number`` writes steps with eight digits,
    ``save_relative_paths`` the ``checkpoint`` file with relative paths, ``filename`` is the prefix where nothing is
    fed. ``restore_sequentially`` changes nothing: variables are restored one after the other.

    ``ValueError`` where there are no variables or two of one name, ``TypeError`` for what is no variable,
    ``NotImplementedError`` for ``builder`` and for checkpoints of version 1.
    """

    def __init__(
        self,
        var_list=None,
        reshape=False,
        sharded=False,
        max_to_keep=5,
        keep_checkpoint_every_n_hours=10000.0,
        name=None,
        restore_sequentially=False,
        saver_def=None,
        builder=None,
        defer_build=False,
        allow_empty=False,
        write_version=SaverDef.V2,
        pad_step_number=False,
        save_relative_paths=False,
        filename=None,
    ):
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set defer_build=False or "
                "var_list=None."
            )
        if builder is not None:
            raise NotImplementedError(
                "A builder of one's own is not supported: pass SaveableObjects in var_list to save things in "
                "another way."
            )
        if saver_def is not None and not isinstance(saver_def, SaverDef):
            raise ValueError(f"saver_def must be a saver_pb2.SaverDef: {saver_def}")
        if write_version != SaverDef.V2:
            raise NotImplementedError(
                "Only checkpoints of version 2 can be written: leave write_version=tf.train.SaverDef.V2."
            )
        self._var_list, self._reshape, self._sharded, self._name, self._filename = (
            var_list,
            reshape,
            sharded,
            name,
            filename,
        )
        self._max_to_keep, self._keep_hours = max_to_keep, keep_checkpoint_every_n_hours
        self._allow_empty, self._pad_step_number, self._save_relative_paths = (
            allow_empty,
            pad_step_number,
            save_relative_paths,
        )
        self._write_version, self._is_empty, self.saver_def = write_version, False, saver_def
        self._last_checkpoints, self._to_be_deleted = [], []  # (path, when it was written), oldest first
        self._next_checkpoint_time = None  # when the next one that is kept for good is due
        if saver_def is not None:
            self._max_to_keep, self._keep_hours = saver_def.max_to_keep, saver_def.keep_checkpoint_every_n_hours
            self._built()
        elif not defer_build:
            self.build()

    # -- its operations -----------------------------------------------------------------------------------------------

    def build(self):
        """Adds the saver's operations to the default graph, unless that is done."""
        if self.saver_def is not None or self._is_empty:
            return
        var_list = self._var_list
        if var_list is None:
            var_list = global_variables() + get_default_graph().get_collection(GraphKeys.SAVEABLE_OBJECTS)
        if not var_list:
            if not self._allow_empty:
                raise ValueError("No variables to save")
            self._is_empty = True
            return
        saveables = saveables_of(var_list)
        with name_scope(self._name, "save", [s.op for s in saveables]):
            prefix = placeholder_with_default(self._filename or "model", shape=(), name="filename")
            prefix = placeholder_with_default(prefix, shape=(), name="Const")
            if self._sharded:
                shards = _by_device(saveables)
                saved, restored = _save_shards(prefix, shards), _restore_shards(prefix, shards, self._reshape)
            else:
                saved = _save(prefix, saveables)
                restored = _restore(prefix, saveables, self._reshape, "restore_all")
        self.saver_def = SaverDef(
            filename_tensor_name=prefix.name,
            save_tensor_name=saved.name,
            restore_op_name=restored.name,
            max_to_keep=self._max_to_keep or 0,
            sharded=self._sharded,
            keep_checkpoint_every_n_hours=self._keep_hours,
            version=self._write_version,
        )
        self._built()

    def _built(self):
        self._next_checkpoint_time = time.time() + self._keep_hours * 3600

    def as_saver_def(self):
        """The ``SaverDef`` that names its operations, from which another saver can be made."""
        return self.saver_def

    def to_proto(self, export_scope=None):
        """Its ``SaverDef``; names lose the scope ``export_scope``. None where it does not lie in that scope."""
        scope = export_scope.rstrip("/") + "/" if export_scope else ""
        if not self.saver_def.filename_tensor_name.startswith(scope):
            return None
        return _renamed(self.saver_def, lambda name: name[len(scope) :])

    @staticmethod
    def from_proto(saver_def, import_scope=None):
        """The saver that a ``SaverDef`` describes, over operations that the graph has; names get the prefix
        ``import_scope``."""
        return Saver(
            saver_def=_renamed(saver_def, lambda name: f"{import_scope}/{name}" if import_scope else name),
            name=import_scope,
        )

    # -- saving -------------------------------------------------------------------------------------------------------

    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename=None,
        meta_graph_suffix="meta",
        write_meta_graph=True,
        write_state=True,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """Writes a checkpoint; returns its path: ``save_path`` or ``save_path-step``, None where nothing is saved.

        ``global_step`` is a number, or a tensor that session ``sess`` evaluates. The graph is written beside the
        checkpoint (file ``.meta``) and the directory's ``checkpoint`` file (or ``latest_filename``) brought up to date,
        unless told otherwise.

        ``ValueError`` where the directory is missing, ``FailedPreconditionError`` where a variable has no value,
        ``TypeError`` where ``sess`` is no session.
        """
        if self.saver_def is None and not self._is_empty:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = "checkpoint" if latest_filename is None else latest_filename
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        if not (hasattr(sess, "run") and hasattr(sess, "graph")):
            raise TypeError(f"'sess' must be a Session; {sess}")
        save_path = files.local_path(save_path)
        if global_step is None and os.path.basename(save_path) == latest_filename and not self._sharded:
            raise ValueError(f"'latest_filename' collides with 'save_path': '{latest_filename}' and '{save_path}'")
        prefix = self._numbered(sess, save_path, global_step)
        if not self._is_empty:
            self._write(sess, save_path, prefix)
            if write_state:
                self._remember(prefix, os.path.dirname(save_path), latest_filename)
                self._forget_one(meta_graph_suffix)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    meta_graph_path(prefix, meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs,
                    save_debug_info=save_debug_info,
                )
        return None if self._is_empty else prefix

    def _numbered(self, sess, save_path, global_step):
        if global_step is None:
            return save_path
        if not isinstance(global_step, numbers.Integral):
            global_step = int(sess.run(global_step))
        return f"{save_path}-{global_step:08d}" if self._pad_step_number else f"{save_path}-{global_step}"

    def _write(self, sess, save_path, prefix):
        try:
            sess.run(self.saver_def.save_tensor_name, {self.saver_def.filename_tensor_name: prefix})
        except (errors.FailedPreconditionError, errors.NotFoundError) as error:
            directory = os.path.dirname(save_path)
            if not save_path or (directory and not os.path.isdir(directory)):
                raise ValueError(f"Parent directory of {save_path} doesn't exist, can't save.") from error
            raise

    def _remember(self, prefix, directory, latest_filename):
        """Makes a checkpoint the latest, here and in the directory's state file."""
        if self.saver_def.max_to_keep:
            self._last_checkpoints = [entry for entry in self._last_checkpoints if entry[0] != prefix]
            self._last_checkpoints.append((prefix, time.time()))
            if len(self._last_checkpoints) > self.saver_def.max_to_keep:
                self._to_be_deleted.append(self._last_checkpoints.pop(0))
        write_checkpoint_state(directory, prefix, self.last_checkpoints, latest_filename, self._save_relative_paths)

    def _forget_one(self, meta_graph_suffix):
        """Deletes the checkpoint that is one too many, unless it is due to be kept for good."""
        if not self._to_be_deleted:
            return
        prefix, written = self._to_be_deleted.pop(0)
        if written > self._next_checkpoint_time:
            self._next_checkpoint_time += self.saver_def.keep_checkpoint_every_n_hours * 3600
            return
        try:
            remove_checkpoint(prefix, self.saver_def.version, meta_graph_suffix)
        except errors.OpError as error:  # a file in the way must not end a training run
            _LOG.warning("Ignoring: %s", error)

    def export_meta_graph(
        self,
        filename=None,
        collection_list=None,
        as_text=False,
        export_scope=None,
        clear_devices=False,
        clear_extraneous_savers=False,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """The ``MetaGraphDef`` of the default graph with this saver, written to ``filename`` where that is given."""
        return export_meta_graph(
            filename,
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
            save_debug_info=save_debug_info,
        )

    # -- restoring ----------------------------------------------------------------------------------------------------

    def restore(self, sess, save_path):
        """Gives the saver's variables the values of a checkpoint, initialising those that have none.

        ``ValueError`` where there is no checkpoint at ``save_path``, ``NotFoundError`` where it lacks a variable,
        ``InvalidArgumentError`` for one of another dtype or shape, ``DataLossError`` where it is damaged.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        save_path = files.local_path(save_path)
        if not checkpoint_exists(save_path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {save_path}")
        _LOG.info("Restoring parameters from %s", save_path)
        try:
            sess.run(self.saver_def.restore_op_name, {self.saver_def.filename_tensor_name: save_path})
        except errors.NotFoundError as error:
            raise _explained(error, "a Variable name or other graph key that is missing") from error
        except errors.InvalidArgumentError as error:
            raise _explained(error, "a mismatch between the current graph and the graph") from error

    # -- what it wrote ------------------------------------------------------------------------------------------------

    @property
    def last_checkpoints(self):
        """Paths of the checkpoints that it keeps count of, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints):
        """Sets what ``last_checkpoints`` gives; they count as written long ago."""
        assert isinstance(last_checkpoints, list), f"last_checkpoints must be a list; got {last_checkpoints!r}"
        self._last_checkpoints = [(path, float("inf")) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Sets the checkpoints that it keeps count of, as ``(path, seconds since 1970)``, oldest first."""
        assert isinstance(last_checkpoints_with_time, list), (
            f"last_checkpoints_with_time must be a list; got {last_checkpoints_with_time!r}"
        )
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths):
        """Takes over checkpoints of an earlier process, oldest first; those that are gone are left out."""
        there = [path for path in checkpoint_paths if checkpoint_exists(path)]
        self.set_last_checkpoints_with_time(list(zip(there, get_checkpoint_mtimes(there), strict=True)))


def _explained(error, why):
    return type(error)(
        error.node_def,
        error.op,
        (
            f"Restoring from checkpoint failed. This is most likely due to {why} from the checkpoint. Please ensure "
            f"that you have not altered the graph expected based on the checkpoint. Original error:\n\n{error.message}"
        ),
    )


def _renamed(saver_def, rename):
    renamed = SaverDef()
    renamed.CopyFrom(saver_def)
    for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
        setattr(renamed, field, rename(getattr(saver_def, field)))
    return renamed


# -- the operations of a saver --------------------------------------------------------------------------------------


def _save(prefix, saveables):
    """A tensor equal to ``prefix`` that is there when all tensors of the saveables are written."""
    specs = [spec for saveable in saveables for spec in saveable.specs]
    tensors = [spec.tensor for spec in specs]
    written = raw.SaveV2(prefix, [spec.name for spec in specs], [spec.slice_spec for spec in specs], tensors)
    return with_dependencies([written], prefix)


def _restore(prefix, saveables, reshape, name):
    """The operation that reads all tensors of the saveables and puts them back."""
    specs = [spec for saveable in saveables for spec in saveable.specs]
    with get_default_graph().device("cpu:0"):
        tensors = iter(
            raw.RestoreV2(
                prefix,
                [spec.name for spec in specs],
                [spec.slice_spec for spec in specs],
                dtypes=[spec.dtype for spec in specs],
            )
        )
    restored = []
    for saveable in saveables:
        shapes = [_shape_of(spec.tensor) for spec in saveable.specs] if reshape else None
        restored.append(saveable.restore([next(tensors) for _ in saveable.specs], shapes))
    return group(*restored, name=name)


def _shape_of(tensor):
    shape = tensor.get_shape()
    return shape.as_list() if shape.is_fully_defined() else raw.Shape(tensor)


def _by_device(saveables):
    """``(device, its saveables)``, sorted; ``ValueError`` for a saveable whose tensors lie on several."""
    found = collections.defaultdict(list)
    for saveable in saveables:
        devices = {
            spec.tensor.device for spec in saveable.specs
        }  # a tensor made for the purpose, too, as TensorFlow has it
        if len(devices) != 1:
            raise ValueError(f"All tensors of a saveable object must be on the same device: {saveable.name}")
        found[devices.pop()].append(saveable)
    return sorted(found.items(), key=lambda item: item[0])


def _cpu_of(device):
    """The device on the same machine that has files."""
    return DeviceSpec.from_string(device).replace(device_type="CPU", device_index=0).to_string()


def _save_shards(prefix, shards):
    """As ``_save``, by one operation for each device, into temporary checkpoints that are merged in the end."""
    graph = get_default_graph()
    temporary = raw.StringJoin([prefix, f"_temp_{uuid.uuid4().hex}/part"])
    count, names, saved = constant(len(shards), name="num_shards"), [], []
    for number, (device, saveables) in enumerate(shards):
        with graph.device(_cpu_of(device)):
            names.append(raw.ShardedFilename(temporary, number, count))
            saved.append(_save(names[-1], saveables))
    with graph.control_dependencies([tensor.op for tensor in saved]), graph.device(_cpu_of(shards[-1][0])):
        merged = raw.MergeV2Checkpoints(names, prefix, delete_old_dirs=True)
        with graph.control_dependencies([merged]):
            return raw.Identity(prefix)


def _restore_shards(prefix, shards, reshape):
    restored = []
    for device, saveables in shards:
        with get_default_graph().device(device):
            restored.append(_restore(prefix, saveables, reshape, "restore_shard"))
    return group(*restored, name="restore_all")


# -- whole graphs ---------------------------------------------------------------------------------------------------


def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """Adds the graph and the collections of a ``MetaGraphDef`` (or its file) to the default graph; returns its
    ``Saver``.

        saver = tf.train.import_meta_graph("/tmp/model/m-1000.meta")
        saver.restore(session, "/tmp/model/m-1000")

    Where the message names no saver the result is a new one for its variables, or None where it has none. Names get the
    prefix ``import_scope``. ``OSError`` for a file that cannot be read; else as ``import_graph_def``.
    """
    if kwargs:
        raise NotImplementedError(f"import_meta_graph does not support {', '.join(kwargs)} yet.")
    message = import_graph_message(meta_graph_or_file, clear_devices)
    variables = import_collections(message, import_scope)
    if message.HasField("saver_def"):
        return Saver.from_proto(message.saver_def, import_scope)
    return Saver(list(variables.values())) if variables else None
