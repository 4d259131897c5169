"""Variable-length integers: seven bits a byte, lowest first, the eighth bit set on all but the last."""


def varint(value):
    """The bytes of a number from 0 to 2**64 - 1."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, position):
    """``(number, position after it)``; ``IndexError`` if the data ends first or the number has more than ten bytes."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise IndexError("a varint has at most ten bytes")
