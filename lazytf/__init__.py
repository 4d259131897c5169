"""TensorFlow 1's programs on PyTorch: ``import lazytf as tf``.

This file is the contents page: every name of ``tf`` itself, by the file that defines it. The names under ``tf.nn``,
``tf.train`` and other namespaces stand in ``lazytf/api/``. A program builds a graph with these functions, and
``Session.run`` compiles the part it needs into a plan of torch calls and runs it. What TensorFlow 1.15 has and lazytf
does not have yet raises ``AttributeError`` with a way round; ``docs/differences.md`` says what differs.
"""

import gc as _gc
import sys as _sys

_collects = _gc.isenabled()
_gc.disable()  # until all is imported: a full collection on the way would walk torch's objects, 0.1 s of 0.17

from numpy import newaxis as newaxis

from lazytf import contrib as contrib
from lazytf.api import (
    bitwise as bitwise,
    compat as compat,
    debugging as debugging,
    dtypes as dtypes,
    errors as errors,
    gfile as gfile,
    graph_util as graph_util,
    image as image,
    initializers as initializers,
    io as io,
    layers as layers,
    linalg as linalg,
    manip as manip,
    math as math,
    nest as nest,
    nn as nn,
    profiler as profiler,
    python as python,
    python_io as python_io,
    queue as queue,
    random as random,
    sparse as sparse,
    strings as strings,
    summary as summary,
    train as train,
    version as version,
)
from lazytf.api.surface import absent as _absent
from lazytf.autodiff.custom import (
    NoGradient as NoGradient,
    NotDifferentiable as NotDifferentiable,
    RegisterGradient as RegisterGradient,
    custom_gradient as custom_gradient,
    grad_pass_through as grad_pass_through,
)
from lazytf.autodiff.gradients import (
    AggregationMethod as AggregationMethod,
    UnconnectedGradients as UnconnectedGradients,
    gradients as gradients,
)
from lazytf.autodiff.hessians import hessians as hessians
from lazytf.autodiff.recomputing import recompute_grad as recompute_grad
from lazytf.control_flow.assertions import (
    assert_equal as assert_equal,
    assert_greater as assert_greater,
    assert_greater_equal as assert_greater_equal,
    assert_integer as assert_integer,
    assert_less as assert_less,
    assert_less_equal as assert_less_equal,
    assert_near as assert_near,
    assert_negative as assert_negative,
    assert_non_negative as assert_non_negative,
    assert_non_positive as assert_non_positive,
    assert_none_equal as assert_none_equal,
    assert_positive as assert_positive,
    assert_proper_iterable as assert_proper_iterable,
    assert_rank as assert_rank,
    assert_rank_at_least as assert_rank_at_least,
    assert_rank_in as assert_rank_in,
    assert_same_float_dtype as assert_same_float_dtype,
    assert_scalar as assert_scalar,
    assert_type as assert_type,
)
from lazytf.control_flow.checks import Assert as Assert
from lazytf.control_flow.choices import (
    case as case,
    switch_case as switch_case,
)
from lazytf.control_flow.comparisons import (
    is_non_decreasing as is_non_decreasing,
    is_strictly_increasing as is_strictly_increasing,
)
from lazytf.control_flow.conditionals import cond as cond
from lazytf.control_flow.loops import while_loop as while_loop
from lazytf.control_flow.mapping import (
    foldl as foldl,
    foldr as foldr,
    map_fn as map_fn,
    scan as scan,
    vectorized_map as vectorized_map,
)
from lazytf.control_flow.tensor_arrays import TensorArray as TensorArray
from lazytf.core.build import (
    convert_to_tensor as convert_to_tensor,
    register_tensor_conversion_function as register_tensor_conversion_function,
)
from lazytf.core.collections import GraphKeys as GraphKeys
from lazytf.core.devices import DeviceSpec as DeviceSpec
from lazytf.core.dtypes import (
    DType as DType,
    as_dtype as as_dtype,
    bfloat16 as bfloat16,
    bool_ as bool,
    complex64 as complex64,
    complex128 as complex128,
    double as double,
    float16 as float16,
    float32 as float32,
    float64 as float64,
    half as half,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    qint8 as qint8,
    qint16 as qint16,
    qint32 as qint32,
    quint8 as quint8,
    quint16 as quint16,
    resource as resource,
    string as string,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
    variant as variant,
)
from lazytf.core.errors import OpError as OpError
from lazytf.core.graph import (
    Graph as Graph,
    get_default_graph as get_default_graph,
    reset_default_graph as reset_default_graph,
)
from lazytf.core.modes import (
    control_flow_v2_enabled as control_flow_v2_enabled,
    disable_control_flow_v2 as disable_control_flow_v2,
    disable_eager_execution as disable_eager_execution,
    disable_tensor_equality as disable_tensor_equality,
    disable_v2_behavior as disable_v2_behavior,
    disable_v2_tensorshape as disable_v2_tensorshape,
    enable_eager_execution as enable_eager_execution,
    enable_v2_behavior as enable_v2_behavior,
    executing_eagerly as executing_eagerly,
)
from lazytf.core.operation import (
    Operation as Operation,
    Tensor as Tensor,
)
from lazytf.core.scopes import (
    add_to_collection as add_to_collection,
    add_to_collections as add_to_collections,
    colocate_with as colocate_with,
    container as container,
    control_dependencies as control_dependencies,
    device as device,
    get_collection as get_collection,
    get_collection_ref as get_collection_ref,
    init_scope as init_scope,
    name_scope as name_scope,
    op_scope as op_scope,
)
from lazytf.core.seeds import (
    get_seed as get_seed,
    set_random_seed as set_random_seed,
)
from lazytf.core.shapes import (
    Dimension as Dimension,
    TensorShape as TensorShape,
    dimension_at_index as dimension_at_index,
    dimension_value as dimension_value,
)
from lazytf.core.values import (
    IndexedSlices as IndexedSlices,
    SparseTensor as SparseTensor,
    SparseTensorValue as SparseTensorValue,
    get_static_value as get_static_value,
    is_numeric_tensor as is_numeric_tensor,
    is_tensor as is_tensor,
)
from lazytf.core.version import (
    GIT_VERSION as GIT_VERSION,
    GIT_VERSION as __git_version__,
    GRAPH_DEF_VERSION as GRAPH_DEF_VERSION,
    GRAPH_DEF_VERSION_MIN_CONSUMER as GRAPH_DEF_VERSION_MIN_CONSUMER,
    GRAPH_DEF_VERSION_MIN_PRODUCER as GRAPH_DEF_VERSION_MIN_PRODUCER,
    VERSION as VERSION,
    VERSION as __version__,
)
from lazytf.formats.messages import (
    AttrValue as AttrValue,
    ConfigProto as ConfigProto,
    Event as Event,
    GPUOptions as GPUOptions,
    GraphDef as GraphDef,
    GraphOptions as GraphOptions,
    HistogramProto as HistogramProto,
    LogMessage as LogMessage,
    MetaGraphDef as MetaGraphDef,
    NameAttrList as NameAttrList,
    NodeDef as NodeDef,
    OptimizerOptions as OptimizerOptions,
    RunMetadata as RunMetadata,
    RunOptions as RunOptions,
    SessionLog as SessionLog,
    Summary as Summary,
    SummaryMetadata as SummaryMetadata,
    TensorInfo as TensorInfo,
)
from lazytf.ops import (
    branching as _branching,
    checkpointing as _checkpointing,
    functions as _functions,
    looping as _looping,
    raw_ops as raw_ops,
    recurrent as _recurrent,
    state as _state,
    summaries as _summaries,
    tensor_arrays as _tensor_arrays,
    training as _training,
)
from lazytf.ops.binary import (
    add as add,
    atan2 as atan2,
    complex as complex,
    div as div,
    div_no_nan as div_no_nan,
    divide as divide,
    floor_div as floor_div,
    floordiv as floordiv,
    floormod as floormod,
    floormod as mod,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    pow as pow,
    realdiv as realdiv,
    scalar_mul as scalar_mul,
    squared_difference as squared_difference,
    subtract as subtract,
    truediv as truediv,
    truncatediv as truncatediv,
    truncatemod as truncatemod,
)
from lazytf.ops.casting import (
    bitcast as bitcast,
    cast as cast,
    saturate_cast as saturate_cast,
    to_bfloat16 as to_bfloat16,
    to_complex64 as to_complex64,
    to_complex128 as to_complex128,
    to_double as to_double,
    to_float as to_float,
    to_int32 as to_int32,
    to_int64 as to_int64,
)
from lazytf.ops.comparison import (
    equal as equal,
    greater as greater,
    greater_equal as greater_equal,
    less as less,
    less_equal as less_equal,
    logical_and as logical_and,
    logical_or as logical_or,
    logical_xor as logical_xor,
    not_equal as not_equal,
)
from lazytf.ops.constants import constant as constant
from lazytf.ops.control import (
    Print as Print,
    add_check_numerics_ops as add_check_numerics_ops,
    check_numerics as check_numerics,
    group as group,
    no_op as no_op,
    numpy_function as numpy_function,
    py_func as py_func,
    tuple as tuple,
    verify_tensor_all_finite as verify_tensor_all_finite,
)
from lazytf.ops.decompositions import (
    cholesky as cholesky,
    cholesky_solve as cholesky_solve,
    matrix_determinant as matrix_determinant,
    matrix_inverse as matrix_inverse,
    matrix_solve as matrix_solve,
    matrix_triangular_solve as matrix_triangular_solve,
    qr as qr,
    self_adjoint_eig as self_adjoint_eig,
    self_adjoint_eigvals as self_adjoint_eigvals,
    svd as svd,
)
from lazytf.ops.filling import (
    fill as fill,
    lin_space as lin_space,
    lin_space as linspace,
    meshgrid as meshgrid,
    one_hot as one_hot,
    ones as ones,
    ones_like as ones_like,
    range as range,
    zeros as zeros,
    zeros_like as zeros_like,
)
from lazytf.ops.gathering import (
    batch_gather as batch_gather,
    gather as gather,
    gather_nd as gather_nd,
    scatter_nd as scatter_nd,
)
from lazytf.ops.identity import (
    ensure_shape as ensure_shape,
    guarantee_const as guarantee_const,
    identity as identity,
    identity_n as identity_n,
    stop_gradient as stop_gradient,
)
from lazytf.ops.joining import (
    concat as concat,
    split as split,
    stack as stack,
    unstack as unstack,
)
from lazytf.ops.limits import (
    clip_by_value as clip_by_value,
)
from lazytf.ops.linalg import (
    cross as cross,
    diag as diag,
    diag_part as diag_part,
    eye as eye,
    matmul as matmul,
    matrix_band_part as matrix_band_part,
    matrix_diag as matrix_diag,
    matrix_diag_part as matrix_diag_part,
    matrix_set_diag as matrix_set_diag,
    matrix_transpose as matrix_transpose,
    tensordot as tensordot,
    trace as trace,
)
from lazytf.ops.measuring import (
    rank as rank,
    shape as shape,
    shape_n as shape_n,
    size as size,
)
from lazytf.ops.norms import norm as norm
from lazytf.ops.partitioning import (
    dynamic_partition as dynamic_partition,
    dynamic_stitch as dynamic_stitch,
)
from lazytf.ops.placeholders import (
    placeholder as placeholder,
    placeholder_with_default as placeholder_with_default,
    sparse_placeholder as sparse_placeholder,
)
from lazytf.ops.random import (
    multinomial as multinomial,
    random_crop as random_crop,
    random_gamma as random_gamma,
    random_normal as random_normal,
    random_shuffle as random_shuffle,
    random_uniform as random_uniform,
    truncated_normal as truncated_normal,
)
from lazytf.ops.reduction import (
    arg_max as arg_max,
    arg_min as arg_min,
    argmax as argmax,
    argmin as argmin,
    count_nonzero as count_nonzero,
    cumprod as cumprod,
    cumsum as cumsum,
    reduce_all as reduce_all,
    reduce_any as reduce_any,
    reduce_logsumexp as reduce_logsumexp,
    reduce_max as reduce_max,
    reduce_mean as reduce_mean,
    reduce_min as reduce_min,
    reduce_prod as reduce_prod,
    reduce_sum as reduce_sum,
)
from lazytf.ops.reshaping import (
    expand_dims as expand_dims,
    reshape as reshape,
    squeeze as squeeze,
    transpose as transpose,
)
from lazytf.ops.segments import (
    segment_max as segment_max,
    segment_mean as segment_mean,
    segment_min as segment_min,
    segment_prod as segment_prod,
    segment_sum as segment_sum,
    unsorted_segment_max as unsorted_segment_max,
    unsorted_segment_mean as unsorted_segment_mean,
    unsorted_segment_min as unsorted_segment_min,
    unsorted_segment_prod as unsorted_segment_prod,
    unsorted_segment_sqrt_n as unsorted_segment_sqrt_n,
    unsorted_segment_sum as unsorted_segment_sum,
)
from lazytf.ops.selecting import (
    boolean_mask as boolean_mask,
    invert_permutation as invert_permutation,
    unique as unique,
    unique_with_counts as unique_with_counts,
    where as where,
    where_v2 as where_v2,
)
from lazytf.ops.sequences import (
    reverse_sequence as reverse_sequence,
    sequence_mask as sequence_mask,
)
from lazytf.ops.sets import setdiff1d as setdiff1d
from lazytf.ops.slicing import (
    slice as slice,
    strided_slice as strided_slice,
)
from lazytf.ops.strings import string_join as string_join
from lazytf.ops.sums import (
    accumulate_n as accumulate_n,
    add_n as add_n,
)
from lazytf.ops.tiling import (
    broadcast_dynamic_shape as broadcast_dynamic_shape,
    broadcast_static_shape as broadcast_static_shape,
    broadcast_to as broadcast_to,
    pad as pad,
    reverse as reverse,
    reverse as reverse_v2,
    tile as tile,
)
from lazytf.ops.unary import (
    abs as abs,
    acos as acos,
    acosh as acosh,
    angle as angle,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atanh as atanh,
    ceil as ceil,
    conj as conj,
    cos as cos,
    cosh as cosh,
    digamma as digamma,
    erf as erf,
    erfc as erfc,
    exp as exp,
    expm1 as expm1,
    floor as floor,
    imag as imag,
    is_finite as is_finite,
    is_inf as is_inf,
    is_nan as is_nan,
    lgamma as lgamma,
    log as log,
    log1p as log1p,
    log_sigmoid as log_sigmoid,
    logical_not as logical_not,
    negative as negative,
    real as real,
    reciprocal as reciprocal,
    rint as rint,
    round as round,
    rsqrt as rsqrt,
    sigmoid as sigmoid,
    sign as sign,
    sin as sin,
    sinh as sinh,
    sqrt as sqrt,
    square as square,
    tan as tan,
    tanh as tanh,
)
from lazytf.runtime.session import (
    InteractiveSession as InteractiveSession,
    Session as Session,
    get_default_session as get_default_session,
)
from lazytf.saving.importing import import_graph_def as import_graph_def
from lazytf.state import lifting as _lifting
from lazytf.state.assigning import (
    assign as assign,
    assign_add as assign_add,
    assign_sub as assign_sub,
    batch_scatter_update as batch_scatter_update,
    count_up_to as count_up_to,
    scatter_add as scatter_add,
    scatter_div as scatter_div,
    scatter_max as scatter_max,
    scatter_min as scatter_min,
    scatter_mul as scatter_mul,
    scatter_nd_add as scatter_nd_add,
    scatter_nd_sub as scatter_nd_sub,
    scatter_nd_update as scatter_nd_update,
    scatter_sub as scatter_sub,
    scatter_update as scatter_update,
)
from lazytf.state.initializers import (
    constant_initializer as constant_initializer,
    glorot_normal_initializer as glorot_normal_initializer,
    glorot_uniform_initializer as glorot_uniform_initializer,
    ones_initializer as ones_initializer,
    orthogonal_initializer as orthogonal_initializer,
    random_normal_initializer as random_normal_initializer,
    random_uniform_initializer as random_uniform_initializer,
    truncated_normal_initializer as truncated_normal_initializer,
    uniform_unit_scaling_initializer as uniform_unit_scaling_initializer,
    variance_scaling_initializer as variance_scaling_initializer,
    zeros_initializer as zeros_initializer,
)
from lazytf.state.inventory import (
    all_variables as all_variables,
    assert_variables_initialized as assert_variables_initialized,
    global_variables as global_variables,
    global_variables_initializer as global_variables_initializer,
    initialize_all_variables as initialize_all_variables,
    initialize_local_variables as initialize_local_variables,
    initialize_variables as initialize_variables,
    is_variable_initialized as is_variable_initialized,
    local_variables as local_variables,
    local_variables_initializer as local_variables_initializer,
    model_variables as model_variables,
    moving_average_variables as moving_average_variables,
    report_uninitialized_variables as report_uninitialized_variables,
    trainable_variables as trainable_variables,
    variables_initializer as variables_initializer,
)
from lazytf.state.partitioners import (
    fixed_size_partitioner as fixed_size_partitioner,
    min_max_variable_partitioner as min_max_variable_partitioner,
    variable_axis_size_partitioner as variable_axis_size_partitioner,
)
from lazytf.state.scopes import (
    AUTO_REUSE as AUTO_REUSE,
    VariableScope as VariableScope,
    create_partitioned_variables as create_partitioned_variables,
    get_local_variable as get_local_variable,
    get_variable as get_variable,
    get_variable_scope as get_variable_scope,
    no_regularizer as no_regularizer,
    variable_op_scope as variable_op_scope,
    variable_scope as variable_scope,
)
from lazytf.state.templates import make_template as make_template
from lazytf.state.variables import (
    Variable as Variable,
    VariableAggregation as VariableAggregation,
    VariableSynchronization as VariableSynchronization,
    disable_resource_variables as disable_resource_variables,
    enable_resource_variables as enable_resource_variables,
    resource_variables_enabled as resource_variables_enabled,
    variable_creator_scope as variable_creator_scope,
)
from lazytf.training.clipping import (
    clip_by_average_norm as clip_by_average_norm,
    clip_by_global_norm as clip_by_global_norm,
    clip_by_norm as clip_by_norm,
    global_norm as global_norm,
)
from lazytf.training.queues import (
    FIFOQueue as FIFOQueue,
    PaddingFIFOQueue as PaddingFIFOQueue,
    PriorityQueue as PriorityQueue,
    QueueBase as QueueBase,
    RandomShuffleQueue as RandomShuffleQueue,
)

compat.v1 = _sys.modules[__name__]  # the same surface
__getattr__ = _absent("tf")

if _collects:
    _gc.enable()
