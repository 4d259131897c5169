"""Derivatives: ``tf.gradients`` as a graph operation. May import core only.

Files, each importing from those before it: ``custom``, ``gradients``, ``recomputing``, ``hessians``.
"""
