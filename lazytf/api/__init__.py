"""The names users see: ``tf.nn``, ``tf.train``, ... Explicit re-exports only; may import all rooms but shim and cli.

One file per namespace, named after it (``tf.io.gfile`` is ``io_gfile``); the names of ``tf`` itself are in
``lazytf/__init__.py``. A name goes where TensorFlow 1.15 has it: ``surface.tsv`` is the table of its public names,
written by ``tools/surface.py``, and ``surface`` reads it, to say what is missing. Files, each importing from those
before it: ``surface``, then every namespace, an inner one before the one that holds it.
"""
