"""``tf.train``: optimizers, saving, coordination of threads, and the messages of training data."""

from lazytf.api import train_queue_runner as queue_runner
from lazytf.api.surface import absent as _absent
from lazytf.formats.messages import (
    BytesList as BytesList,
    ClusterDef as ClusterDef,
    Example as Example,
    Feature as Feature,
    FeatureList as FeatureList,
    FeatureLists as FeatureLists,
    Features as Features,
    FloatList as FloatList,
    Int64List as Int64List,
    JobDef as JobDef,
    SaverDef as SaverDef,
    SequenceExample as SequenceExample,
    ServerDef as ServerDef,
)
from lazytf.saving.checkpoint_reading import (
    NewCheckpointReader as NewCheckpointReader,
    init_from_checkpoint as init_from_checkpoint,
    list_variables as list_variables,
    load_checkpoint as load_checkpoint,
    load_variable as load_variable,
)
from lazytf.saving.checkpoint_state import (
    checkpoint_exists as checkpoint_exists,
    generate_checkpoint_state_proto as generate_checkpoint_state_proto,
    get_checkpoint_mtimes as get_checkpoint_mtimes,
    get_checkpoint_state as get_checkpoint_state,
    latest_checkpoint as latest_checkpoint,
    remove_checkpoint as remove_checkpoint,
    update_checkpoint_state as update_checkpoint_state,
)
from lazytf.saving.graph_def import write_graph as write_graph
from lazytf.saving.meta_graph import export_meta_graph as export_meta_graph
from lazytf.saving.saver import (
    Saver as Saver,
    import_meta_graph as import_meta_graph,
)
from lazytf.training.adam import AdamOptimizer as AdamOptimizer
from lazytf.training.averages import ExponentialMovingAverage as ExponentialMovingAverage
from lazytf.training.batching import (
    batch as batch,
    batch_join as batch_join,
    shuffle_batch as shuffle_batch,
    shuffle_batch_join as shuffle_batch_join,
)
from lazytf.training.coordinator import (
    Coordinator as Coordinator,
    LooperThread as LooperThread,
)
from lazytf.training.global_step import (
    assert_global_step as assert_global_step,
    create_global_step as create_global_step,
    get_global_step as get_global_step,
    get_or_create_global_step as get_or_create_global_step,
    global_step as global_step,
)
from lazytf.training.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from lazytf.training.input_producers import (
    input_producer as input_producer,
    limit_epochs as limit_epochs,
    range_input_producer as range_input_producer,
    slice_input_producer as slice_input_producer,
    string_input_producer as string_input_producer,
)
from lazytf.training.learning_rates import (
    cosine_decay as cosine_decay,
    exponential_decay as exponential_decay,
    inverse_time_decay as inverse_time_decay,
    natural_exp_decay as natural_exp_decay,
    polynomial_decay as polynomial_decay,
)
from lazytf.training.momentum import MomentumOptimizer as MomentumOptimizer
from lazytf.training.optimizers import Optimizer as Optimizer
from lazytf.training.queue_runners import (
    QueueRunner as QueueRunner,
    add_queue_runner as add_queue_runner,
    start_queue_runners as start_queue_runners,
)

__getattr__ = _absent("tf.train")
