"""Which TensorFlow surface this is: the first two numbers name it, the third counts lazytf's own releases."""

VERSION = "1.15.100"
GIT_VERSION = f"lazytf-{VERSION}"
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
