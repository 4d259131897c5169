"""Every TensorFlow protobuf message, under one roof.

Most come with TensorBoard, whose copies have TensorFlow's field numbers and so its bytes. The rest are declared in
``_SCHEMA``, one row per message, and built when this module is imported; they are protobuf messages like any other.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorboard.compat.proto import types_pb2, variable_pb2
from tensorboard.compat.proto.allocation_description_pb2 import AllocationDescription as AllocationDescription
from tensorboard.compat.proto.attr_value_pb2 import AttrValue as AttrValue, NameAttrList as NameAttrList
from tensorboard.compat.proto.cluster_pb2 import ClusterDef as ClusterDef, JobDef as JobDef
from tensorboard.compat.proto.config_pb2 import (
    CallableOptions as CallableOptions,
    ConfigProto as ConfigProto,
    GPUOptions as GPUOptions,
    GraphOptions as GraphOptions,
    OptimizerOptions as OptimizerOptions,
    RunMetadata as RunMetadata,
    RunOptions as RunOptions,
    ThreadPoolOptionProto as ThreadPoolOptionProto,
)
from tensorboard.compat.proto.cost_graph_pb2 import CostGraphDef as CostGraphDef
from tensorboard.compat.proto.event_pb2 import (
    Event as Event,
    LogMessage as LogMessage,
    SessionLog as SessionLog,
    TaggedRunMetadata as TaggedRunMetadata,
)
from tensorboard.compat.proto.function_pb2 import (
    FunctionDef as FunctionDef,
    FunctionDefLibrary as FunctionDefLibrary,
    GradientDef as GradientDef,
)
from tensorboard.compat.proto.graph_pb2 import GraphDef as GraphDef
from tensorboard.compat.proto.histogram_pb2 import HistogramProto as HistogramProto
from tensorboard.compat.proto.meta_graph_pb2 import (
    AssetFileDef as AssetFileDef,
    CollectionDef as CollectionDef,
    MetaGraphDef as MetaGraphDef,
    SignatureDef as SignatureDef,
    TensorInfo as TensorInfo,
)
from tensorboard.compat.proto.node_def_pb2 import NodeDef as NodeDef
from tensorboard.compat.proto.op_def_pb2 import OpDef as OpDef, OpDeprecation as OpDeprecation, OpList as OpList
from tensorboard.compat.proto.resource_handle_pb2 import ResourceHandleProto as ResourceHandleProto
from tensorboard.compat.proto.rewriter_config_pb2 import (
    AutoParallelOptions as AutoParallelOptions,
    RewriterConfig as RewriterConfig,
)
from tensorboard.compat.proto.saved_object_graph_pb2 import SavedObjectGraph as SavedObjectGraph
from tensorboard.compat.proto.saver_pb2 import SaverDef as SaverDef
from tensorboard.compat.proto.step_stats_pb2 import (
    AllocatorMemoryUsed as AllocatorMemoryUsed,
    DeviceStepStats as DeviceStepStats,
    MemoryStats as MemoryStats,
    NodeExecStats as NodeExecStats,
    NodeOutput as NodeOutput,
    StepStats as StepStats,
)
from tensorboard.compat.proto.struct_pb2 import StructuredValue as StructuredValue
from tensorboard.compat.proto.summary_pb2 import (
    Summary as Summary,
    SummaryDescription as SummaryDescription,
    SummaryMetadata as SummaryMetadata,
)
from tensorboard.compat.proto.tensor_description_pb2 import TensorDescription as TensorDescription
from tensorboard.compat.proto.tensor_pb2 import (
    TensorProto as TensorProto,
    VariantTensorDataProto as VariantTensorDataProto,
)
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto as TensorShapeProto
from tensorboard.compat.proto.tfprof_log_pb2 import OpLogProto as OpLogProto
from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph as TrackableObjectGraph
from tensorboard.compat.proto.variable_pb2 import SaveSliceInfoDef as SaveSliceInfoDef, VariableDef as VariableDef
from tensorboard.compat.proto.versions_pb2 import VersionDef as VersionDef

DataType = types_pb2.DataType
VariableSynchronization = variable_pb2.VariableSynchronization
VariableAggregation = variable_pb2.VariableAggregation

# One row per message, one "name: type = number" per field. After a type, * says repeated and | names the oneof that
# the field belongs to; <T> is a map from string to T. A dotted row is nested in the message before the dot.
_SCHEMA = {
    "TensorSliceProto": "extent: TensorSliceProto.Extent* = 1",
    "TensorSliceProto.Extent": "start: int64 = 1, length: int64|has_length = 2",
    "BundleHeaderProto": "num_shards: int32 = 1, endianness: BundleHeaderProto.Endianness = 2, version: VersionDef = 3",
    "BundleEntryProto": "dtype: DataType = 1, shape: TensorShapeProto = 2, shard_id: int32 = 3, offset: int64 = 4, "
    "size: int64 = 5, crc32c: fixed32 = 6, slices: TensorSliceProto* = 7",
    "SavedSliceMeta": "name: string = 1, shape: TensorShapeProto = 2, type: DataType = 3, slice: TensorSliceProto* = 4",
    "SavedTensorSliceMeta": "tensor: SavedSliceMeta* = 1, versions: VersionDef = 2",
    "SavedSlice": "name: string = 1, slice: TensorSliceProto = 2, data: TensorProto = 3",
    "SavedTensorSlices": "meta: SavedTensorSliceMeta = 1, data: SavedSlice = 2",
    "CheckpointState": "model_checkpoint_path: string = 1, all_model_checkpoint_paths: string* = 2, "
    "all_model_checkpoint_timestamps: double* = 3, last_preserved_timestamp: double = 4",
    "SavedModel": "saved_model_schema_version: int64 = 1, meta_graphs: MetaGraphDef* = 2",
    "NamedTensorProto": "name: string = 1, tensor: TensorProto = 2",
    "BytesList": "value: bytes* = 1",
    "FloatList": "value: float* = 1",
    "Int64List": "value: int64* = 1",
    "Feature": "bytes_list: BytesList|kind = 1, float_list: FloatList|kind = 2, int64_list: Int64List|kind = 3",
    "Features": "feature: <Feature> = 1",
    "FeatureList": "feature: Feature* = 1",
    "FeatureLists": "feature_list: <FeatureList> = 1",
    "Example": "features: Features = 1",
    "SequenceExample": "context: Features = 1, feature_lists: FeatureLists = 2",
    "ValuesDef": "values: string* = 1, external_values: <string> = 2",
    "ControlFlowContextDef": "cond_ctxt: CondContextDef|ctxt = 1, while_ctxt: WhileContextDef|ctxt = 2",
    "CondContextDef": "context_name: string = 1, pred_name: string = 2, pivot_name: string = 3, branch: int32 = 4, "
    "values_def: ValuesDef = 5, nested_contexts: ControlFlowContextDef* = 6",
    "WhileContextDef": "context_name: string = 1, parallel_iterations: int32 = 2, back_prop: bool = 3, "
    "swap_memory: bool = 4, pivot_name: string = 5, pivot_for_pred_name: string = 6, "
    "pivot_for_body_name: string = 7, loop_exit_names: string* = 8, values_def: ValuesDef = 9, "
    "loop_enter_names: string* = 10, maximum_iterations_name: string = 11, "
    "nested_contexts: ControlFlowContextDef* = 12",
    "QueueRunnerDef": "queue_name: string = 1, enqueue_op_name: string* = 2, close_op_name: string = 3, "
    "cancel_op_name: string = 4, queue_closed_exception_types: Code* = 5",
    "ReaderBaseState": "work_started: int64 = 1, work_finished: int64 = 2, num_records_produced: int64 = 3, "
    "current_work: bytes = 4",
    "ServerDef": "cluster: ClusterDef = 1, job_name: string = 2, task_index: int32 = 3, "
    "default_session_config: ConfigProto = 4, protocol: string = 5",
    "InterconnectLink": "device_id: int32 = 1, type: string = 2, strength: int32 = 3",
    "LocalLinks": "link: InterconnectLink* = 1",
    "DeviceLocality": "bus_id: int32 = 1, numa_node: int32 = 2, links: LocalLinks = 3",
    "DeviceAttributes": "name: string = 1, device_type: string = 2, memory_limit: int64 = 4, "
    "locality: DeviceLocality = 5, incarnation: fixed64 = 6, physical_device_desc: string = 7",
}
_ENUMS = {
    "BundleHeaderProto.Endianness": ("LITTLE", "BIG"),
    "Code": (
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ),
}
_PACKAGE = "lazytf"
_FOREIGN = {
    cls.DESCRIPTOR.name: cls.DESCRIPTOR
    for cls in (VersionDef, TensorShapeProto, TensorProto, MetaGraphDef, ClusterDef, ConfigProto)
}
_FOREIGN["DataType"] = DataType.DESCRIPTOR
_Field = descriptor_pb2.FieldDescriptorProto


def _declare(message, name, kind, number):
    """Adds one field to a message's descriptor; ``kind`` is written as in ``_SCHEMA``."""
    kind, _, oneof = kind.partition("|")
    repeated = kind.endswith("*") or kind.startswith("<")
    field = message.field.add(
        name=name, number=int(number), label=_Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    )
    if oneof:
        if not message.oneof_decl:
            message.oneof_decl.add(name=oneof)
        field.oneof_index = 0
    if kind.startswith("<"):
        entry = message.nested_type.add(name="".join(word.title() for word in name.split("_")) + "Entry")
        entry.options.map_entry = True
        _declare(entry, "key", "string", 1)
        _declare(entry, "value", kind[1:-1], 2)
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{message.name}.{entry.name}"
        return
    kind = kind.rstrip("*")
    if kind in _ENUMS or kind == "DataType":
        field.type = _Field.TYPE_ENUM
    elif kind in _SCHEMA or kind in _FOREIGN:
        field.type = _Field.TYPE_MESSAGE
    else:
        field.type = getattr(_Field, f"TYPE_{kind.upper()}")
        return
    field.type_name = f".{_FOREIGN[kind].full_name}" if kind in _FOREIGN else f".{_PACKAGE}.{kind}"


def _built():
    """The message classes and enums of the tables above, by name."""
    file = descriptor_pb2.FileDescriptorProto(name="lazytf/messages.proto", package=_PACKAGE, syntax="proto3")
    file.dependency.extend(sorted({descriptor.file.name for descriptor in _FOREIGN.values()}))
    declared = {}
    for name, fields in _SCHEMA.items():
        outer, _, inner = name.rpartition(".")
        message = declared[outer].nested_type.add(name=inner) if outer else file.message_type.add(name=name)
        declared[name] = message
        for field in fields.split(", "):
            label, number = field.split(" = ")
            _declare(message, *label.split(": "), number)
    for name, values in _ENUMS.items():
        outer, _, inner = name.rpartition(".")
        enum = (declared[outer] if outer else file).enum_type.add(name=inner)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _SCHEMA
        if "." not in name
    }


globals().update(_built())
