"""``tf.contrib.rnn``: recurrent cells and networks."""

from lazytf.api.surface import absent as _absent
from lazytf.contrib.block_cells import (
    GRUBlockCell as GRUBlockCell,
    GRUBlockCellV2 as GRUBlockCellV2,
    LSTMBlockCell as LSTMBlockCell,
    LSTMBlockFusedCell as LSTMBlockFusedCell,
    LSTMBlockWrapper as LSTMBlockWrapper,
)
from lazytf.contrib.normalized_cells import (
    CoupledInputForgetGateLSTMCell as CoupledInputForgetGateLSTMCell,
    LayerNormBasicLSTMCell as LayerNormBasicLSTMCell,
)
from lazytf.contrib.rnn_cells import (
    GLSTMCell as GLSTMCell,
    IndRNNCell as IndRNNCell,
    IndyGRUCell as IndyGRUCell,
    IndyLSTMCell as IndyLSTMCell,
    IntersectionRNNCell as IntersectionRNNCell,
    NASCell as NASCell,
    PhasedLSTMCell as PhasedLSTMCell,
    SRUCell as SRUCell,
    UGRNNCell as UGRNNCell,
)
from lazytf.contrib.rnn_loops import (
    FusedRNNCell as FusedRNNCell,
    FusedRNNCellAdaptor as FusedRNNCellAdaptor,
    TimeReversedFusedRNN as TimeReversedFusedRNN,
    stack_bidirectional_dynamic_rnn as stack_bidirectional_dynamic_rnn,
    stack_bidirectional_rnn as stack_bidirectional_rnn,
)
from lazytf.contrib.rnn_wrappers import (
    AttentionCellWrapper as AttentionCellWrapper,
    EmbeddingWrapper as EmbeddingWrapper,
    HighwayWrapper as HighwayWrapper,
    InputProjectionWrapper as InputProjectionWrapper,
    OutputProjectionWrapper as OutputProjectionWrapper,
)
from lazytf.modeling.cells import (
    BasicLSTMCell as BasicLSTMCell,
    BasicRNNCell as BasicRNNCell,
    GRUCell as GRUCell,
    LayerRNNCell as LayerRNNCell,
    LSTMCell as LSTMCell,
    LSTMStateTuple as LSTMStateTuple,
    RNNCell as RNNCell,
)
from lazytf.modeling.steps import (
    best_effort_input_batch_size as best_effort_input_batch_size,
    transpose_batch_time as transpose_batch_time,
)
from lazytf.modeling.unrolled import (
    static_bidirectional_rnn as static_bidirectional_rnn,
    static_rnn as static_rnn,
    static_state_saving_rnn as static_state_saving_rnn,
)
from lazytf.modeling.wrappers import (
    DeviceWrapper as DeviceWrapper,
    DropoutWrapper as DropoutWrapper,
    MultiRNNCell as MultiRNNCell,
    ResidualWrapper as ResidualWrapper,
)

__getattr__ = _absent("tf.contrib.rnn")
