"""What holds every contender to one thread: a process's environment, and a session's config."""

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def session_config(tf):
    """A ``ConfigProto`` of one thread within an operation and one across operations."""
    return tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
