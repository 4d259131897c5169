"""Names of devices: ``/job:worker/replica:0/task:1/device:GPU:0``, whole or in part.

Every field may be left out: a request names what it cares about. ``tf.device`` blocks nest by ``merge``, field by
field, the inner one winning. An operation's ``device`` is the canonical form of what the blocks around it say.
"""

import functools

_FIELDS = ("job", "replica", "task", "device_type", "device_index")
_SHORT = ("CPU", "GPU")  # may be written /gpu:0, in any case, for /device:GPU:0


def _kind(name):
    """A device type as it is printed."""
    name = str(name)
    return name.upper() if name in ("cpu", "gpu") else name


def _field(name, convert):
    """A property of ``DeviceSpec`` that converts what it is given, but for None."""
    slot = "_" + name

    def read(self):
        return getattr(self, slot)

    def write(self, value):
        setattr(self, slot, None if value is None else convert(value))

    return property(read, write)


class DeviceSpec:
    """A device, or part of its name: every field that is None is left open.

    ``job`` and ``device_type`` are strings, ``replica``, ``task`` and ``device_index`` ints or what ``int`` takes,
    else ``ValueError``. The types ``cpu`` and ``gpu`` become upper case. Specs that print alike are equal.

        >>> DeviceSpec(job="ps", task=1, device_type="gpu", device_index=0).to_string()
        '/job:ps/task:1/device:GPU:0'
    """

    __slots__ = tuple("_" + field for field in _FIELDS)

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job, self.replica, self.task = job, replica, task
        self.device_type, self.device_index = device_type, device_index

    job, replica, task = _field("job", str), _field("replica", int), _field("task", int)
    device_index = _field("device_index", int)
    device_type = _field("device_type", _kind)

    @classmethod
    def from_string(cls, spec):
        """The spec a string names; ``ValueError`` for a part that is unknown or malformed, or two device types."""
        return cls(*_parsed(spec))

    def parse_from_string(self, spec):
        """Replaces every field by what the string names, leaving the others open; returns this spec."""
        self.job, self.replica, self.task, self.device_type, self.device_index = _parsed(spec)
        return self

    def merge_from(self, dev):
        """Takes over every field that ``dev`` states."""
        for field in _FIELDS:
            value = getattr(dev, field)
            if value is not None:
                setattr(self, field, value)

    def make_merged_spec(self, dev):
        """A new spec: the fields of ``dev`` where it states them, else those of this one."""
        merged = self.replace()
        merged.merge_from(dev)
        return merged

    def replace(self, **kwargs):
        """A copy with the given fields exchanged; None leaves a field open."""
        return type(self)(**{**{field: getattr(self, field) for field in _FIELDS}, **kwargs})

    def to_string(self):
        """The canonical form, "" where nothing is stated. An index without a type is not printed."""
        return _written(*(getattr(self, field) for field in _FIELDS))

    def __eq__(self, other):
        return self.to_string() == other.to_string() if isinstance(other, DeviceSpec) else NotImplemented

    def __hash__(self):
        return hash(self.to_string())

    def __repr__(self):
        return f"DeviceSpec({', '.join(f'{f}={v!r}' for f in _FIELDS if (v := getattr(self, f)) is not None)})"


@functools.lru_cache(maxsize=4096)
def _parsed(text):
    """The five fields of a device string, in the order of ``_FIELDS``."""
    fields = dict.fromkeys(_FIELDS)
    for part in text.split("/") if text else ():
        match part.split(":"):
            case [""]:
                continue
            case ["job", job]:
                fields["job"] = job
                continue
            case ["replica" | "task" as field, number]:
                fields[field] = int(number)
                continue
            case ["device", kind, index]:
                pass
            case [kind, *index] if kind.upper() in _SHORT and len(index) <= 1:
                kind, index = kind.upper(), index[0] if index else "*"
            case [attribute, *_]:
                raise ValueError(f"Unknown attribute: '{attribute}' in '{text}'")
        if fields["device_type"] is not None:
            raise ValueError(f"Cannot specify multiple device types: {text}")
        fields["device_type"] = _kind(kind)
        fields["device_index"] = None if index == "*" else int(index)
    return tuple(fields.values())


def _written(job, replica, task, device_type, device_index):
    parts = [
        f"/{field}:{value}"
        for field, value in (("job", job), ("replica", replica), ("task", task))
        if value is not None
    ]
    if device_type is not None:
        parts.append(f"/device:{device_type}:{'*' if device_index is None else device_index}")
    return "".join(parts)


def canonical(device):
    """The canonical string of a device string, a ``DeviceSpec`` or None: ``/gpu:0`` is ``/device:GPU:0``.

    A device type without an index is written ``/device:GPU:*``; nothing at all is "".
    """
    return device.to_string() if isinstance(device, DeviceSpec) else _written(*_parsed(device))


def merge(outer, inner):
    """The canonical string of ``inner`` with what it leaves open taken from ``outer``.

    Both are device strings, ``DeviceSpec`` or None. The type and the index are fields of their own: ``/cpu`` inside
    ``/gpu:1`` is ``/device:CPU:1``. (A ``tf.device(None)`` block is no request but forgets the outer ones: there
    is nothing to merge.)
    """
    return _merged(canonical(outer), canonical(inner))


@functools.lru_cache(maxsize=4096)
def _merged(outer, inner):
    return _written(
        *(ours if ours is not None else theirs for ours, theirs in zip(_parsed(inner), _parsed(outer), strict=True))
    )


def matches(device, request):
    """True if ``device`` has every field that ``request`` states; ``*`` states nothing."""
    return all(
        wanted in (None, "*", got)
        for got, wanted in zip(_parsed(canonical(device)), _parsed(canonical(request)), strict=True)
    )
