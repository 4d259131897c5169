"""Scripts that make what the repository holds from what TensorFlow says of itself; none is needed to use lazytf."""
