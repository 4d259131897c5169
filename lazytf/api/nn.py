"""``tf.nn``: what neural networks are made of."""

from lazytf.api import nn_rnn_cell as rnn_cell
from lazytf.api.surface import absent as _absent
from lazytf.control_flow.comparisons import zero_fraction as zero_fraction
from lazytf.modeling.recurrent import (
    bidirectional_dynamic_rnn as bidirectional_dynamic_rnn,
    dynamic_rnn as dynamic_rnn,
    raw_rnn as raw_rnn,
)
from lazytf.modeling.unrolled import (
    static_bidirectional_rnn as static_bidirectional_rnn,
    static_rnn as static_rnn,
    static_state_saving_rnn as static_state_saving_rnn,
)
from lazytf.ops.activations import (
    crelu as crelu,
    elu as elu,
    leaky_relu as leaky_relu,
    relu as relu,
    relu6 as relu6,
    selu as selu,
    softplus as softplus,
    softsign as softsign,
    swish as swish,
)
from lazytf.ops.convolution import conv2d as conv2d
from lazytf.ops.cross_entropy import (
    log_poisson_loss as log_poisson_loss,
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
)
from lazytf.ops.embedding import embedding_lookup as embedding_lookup
from lazytf.ops.nn import (
    batch_normalization as batch_normalization,
    bias_add as bias_add,
    dropout as dropout,
    in_top_k as in_top_k,
    log_softmax as log_softmax,
    moments as moments,
    relu_layer as relu_layer,
    softmax as softmax,
    top_k as top_k,
    xw_plus_b as xw_plus_b,
)
from lazytf.ops.norms import (
    l2_loss as l2_loss,
    l2_normalize as l2_normalize,
)
from lazytf.ops.unary import (
    sigmoid as sigmoid,
    tanh as tanh,
)

__getattr__ = _absent("tf.nn")
