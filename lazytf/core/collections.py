"""The names of the collections that a graph keeps, most of them filled by the library itself."""


class GraphKeys:
    """Standard names of graph collections; each value is the string programs may also write out."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    STREAMING_MODEL_PORTS = "streaming_model_ports"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    CONCATENATED_VARIABLES = "concatenated_variables"
    SUMMARIES = "summaries"
    _SUMMARY_COLLECTION = "_SUMMARY_V2"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    SAVERS = "savers"
    SAVEABLE_OBJECTS = "saveable_objects"
    BIASES = "biases"
    WEIGHTS = "weights"
    ACTIVATIONS = "activations"
    REGULARIZATION_LOSSES = "regularization_losses"
    LOSSES = "losses"
    UPDATE_OPS = "update_ops"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    EVAL_STEP = "eval_step"
    TRAIN_OP = "train_op"
    COND_CONTEXT = "cond_context"
    WHILE_CONTEXT = "while_context"
    RESOURCES = "resources"
    LOCAL_RESOURCES = "local_resources"
    VARIABLES = GLOBAL_VARIABLES     # the older name
    _STREAMING_MODEL_PORTS = STREAMING_MODEL_PORTS
    _VARSTORE_KEY = ("__variable_store",)
    _VARSCOPESTORE_KEY = ("__varscope",)
