"""Whole programs, written once against a module called ``tf``, that TensorFlow 1.15 and lazytf run alike."""
