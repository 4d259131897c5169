"""Random numbers equal to TensorFlow 1.15's: one stream per random operation and session.

**The generator** is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
It has no state to step through: a block cipher of ten rounds turns the *number of a block* into the block's four 32-bit
words, so any block can be made at any time, and many at once. The two seeds of an operation say which cipher and which
blocks::

    key      [ ---- seed ---- ]                          64 bits: which cipher
    counter  [ ---- seed2 --- | -- block number -- ]     128 bits: which block
                                  |  ten rounds
    block    [ word 0 | word 1 | word 2 | word 3 ]       4 x 32 bits

One round multiplies words 0 and 2 by constants to 64 bits, and mixes the upper halves with the other words and the
key; the key itself grows by constants from round to round::

    c0, c1, c2, c3  ->  high(c2 * B) ^ c1 ^ k0,  low(c2 * B),  high(c0 * A) ^ c3 ^ k1,  low(c0 * A)

**The layout.** A stream remembers the number of its next block. A run that makes ``n`` outputs sets 256 blocks aside
for each of them, whatever it then uses, so where the next run starts depends on sizes alone::

    uniform, normal, int   |w0 w1 w2 w3|w0 w1 w2 w3| ...   unused ...   |  next run: 256 n blocks on
                            o0 o1 o2 o3 o4 o5 o6 o7        (float64 and int64 take two words each)

    truncated normal       |group 0: a block, another if a value was rejected, ...|group 1: ...
                            o0 o1 o2 o3  (four outputs own 256 blocks; of float64, two own 128)

    gamma                  |output 0: a block of normals, a block of uniforms, ...|output 1: ...

**The values.** A uniform is random bits put behind the exponent of 1, minus 1. A normal pair is Box and Muller's:
radius ``sqrt(-2 log u)``, angle ``2 pi v``, sine first. TensorFlow computes float32 normals with the C library's float
functions; here they are computed in float64 and rounded wherever TensorFlow stores a float. Of a million, 98.5 % are
TensorFlow's own, 1.3 % are a float's neighbour, the others lie two or (seven of them) three floats off. Float64 values
that went through a logarithm or a power differ in their last digits likewise. Everything else is equal to the bit.

On the CPU the ten rounds run in NumPy, whose calls cost least, over pieces that stay in the cache; on other devices the
same lines run on int64 tensors. An operation without any seed draws from torch's own, faster generators, as
TensorFlow's draws differ from session to session there (``FreshStream``).
"""

import math
import os
import threading

import numpy as np
import torch

from lazytf.core import errors

_ROUNDS = 10
_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_WORD = 0xFFFFFFFF
_BLOCKS_PER_OUTPUT = 256
_CPU = torch.device("cpu")
# Blocks made at a time: on the CPU, five uint64 arrays of this many stay in a core's cache; elsewhere fewer is better.
_HOST_PIECE, _DEVICE_PIECE = 1 << 14, 1 << 22

# Below this a uniform under the logarithm is taken as this: TensorFlow's guard against log(0), rounded as it rounds it.
_LEAST = {torch.float32: float(np.float32(1e-7)), torch.float64: 1e-7}

# Floats from the low bits of one word: the integer of the same size, the bits of the fraction, the bits of 1.0.
_FRACTION = {
    torch.float16: (torch.int16, 0x3FF, 0x3C00),
    torch.bfloat16: (torch.int16, 0x7F, 0x3F80),
    torch.float32: (torch.int32, 0x7FFFFF, 0x3F800000),
}


def stream(seed, seed2):
    """The stream of a random operation with attrs ``seed`` and ``seed2``: a ``FreshStream`` where both are 0."""
    return Stream(seed, seed2) if seed or seed2 else FreshStream()


class Stream:
    """The numbers TensorFlow 1.15 draws for one operation in one session.

    Every method is one run of the operation: it returns a tensor on ``device`` and moves the stream on, so the next
    call continues. Two streams with equal seeds give equal numbers. Threads may share a stream; each run is a whole.
    """

    def __init__(self, seed, seed2):
        self._keys = _schedule(seed)
        self._host_keys = [tuple(_host_number(key) for key in pair) for pair in self._keys]
        self._seed2 = seed2
        self._next = 0
        self._lock = threading.Lock()

    def uniform(self, shape, dtype, device=_CPU):
        """Floats in [0, 1) of ``shape``; ``dtype`` is float16, bfloat16, float32 or float64."""
        return self._fill(shape, dtype, device, lambda words: _unit(words, dtype))

    def uniform_int(self, shape, minval, maxval, dtype, device=_CPU):
        """Integers in [``minval``, ``maxval``) of ``shape``; ``dtype`` is int32 or int64.

        As in TensorFlow the bits are reduced modulo the range, so a range that is no power of two is slightly uneven.
        Raises ``InvalidArgumentError`` for an empty range, unless the shape is empty too.
        """
        _check_range(shape, minval, maxval)
        return self._fill(shape, dtype, device, lambda words: _remainder(words, maxval - minval, dtype) + minval)

    def normal(self, shape, dtype, device=_CPU):
        """Standard normals of ``shape``; ``dtype`` is float16, bfloat16, float32 or float64."""
        return self._fill(shape, dtype, device, lambda words: _gaussian(words, _computed(dtype)))

    def truncated_normal(self, shape, dtype, device=_CPU):
        """Standard normals of ``shape``, those beyond 2 rejected and drawn again; dtypes as ``normal``."""
        shape, width = tuple(shape), _per_block(dtype)
        count = math.prod(shape)
        first = self._reserve(_BLOCKS_PER_OUTPUT * count)
        owned = _BLOCKS_PER_OUTPUT * width // 4  # a group is what one block gives if nothing is rejected
        groups = torch.arange(-(-count // width), device=device)
        values = torch.empty((len(groups), width), dtype=dtype, device=device)
        blocks = 1
        while len(groups):
            short = []
            for start, end in _pieces(len(groups), device):
                piece = groups[start:end]
                found, filled = self._truncated(first + piece * owned, blocks, _computed(dtype))
                values[slice(start, end) if blocks == 1 else piece] = found.to(dtype)
                short.append(piece[~filled])
            groups, blocks = torch.cat(short), 2 * blocks
        return values.view(-1)[:count].view(shape)

    def gamma(self, shape, alphas, dtype):
        """Gamma variables of scale 1: for every entry of the tensor ``alphas``, ``shape`` of them.

        Returns ``[*shape, *alphas.shape]`` of ``dtype`` on the device of ``alphas``. Where an alpha is so far below 0
        that TensorFlow would search for ever, and where it is NaN, the result is NaN.
        """
        shape, samples = tuple(shape), math.prod(shape)
        alpha = alphas.reshape(-1).double()
        output = torch.empty(samples * alpha.numel(), dtype=torch.float64, device=alpha.device)
        first = self._reserve(_BLOCKS_PER_OUTPUT * output.numel())
        for start, end in _pieces(output.numel(), alpha.device):
            number = torch.arange(start, end, device=alpha.device)  # all of the first alpha, then of the next
            output[start:end] = self._gammas(first + number * _BLOCKS_PER_OUTPUT, alpha[number // samples])
        # TensorFlow's threads flush what is too small for a normal float to 0.
        output.masked_fill_(output < torch.finfo(dtype if dtype.itemsize > 2 else torch.float32).tiny, 0)
        return output.view(alpha.numel(), samples).T.reshape(shape + tuple(alphas.shape)).to(dtype)

    def permutation(self, count, device=_CPU):
        """The order in which ``random_shuffle`` takes ``count`` rows: int64 ``[count]``."""
        blocks = -(-(count - 1) // 4) if count else 0
        first = self._reserve(blocks)
        words = self._words(torch.arange(first, first + blocks)).view(-1).numpy().view(np.uint32)
        return torch.from_numpy(_shuffled(words[: max(count - 1, 0)], count)).to(device)

    def words(self, count):
        """The next ``count`` raw 32-bit words, as integers; whole blocks of 4 are used up."""
        blocks = -(-count // 4)
        first = self._reserve(blocks)
        return self._words(torch.arange(first, first + blocks)).view(-1).numpy().view(np.uint32)[:count].tolist()

    def multinomial(self, logits, num_samples, out_dtype=torch.int64):
        """For each row of ``logits`` ``[batch, classes]``, ``num_samples`` classes drawn with the row's odds.

        Returns ``[batch, num_samples]`` of ``out_dtype``. Odds are ``exp(logit)``; a logit that is not finite is never
        drawn; a row with none finite gives ``classes``. TensorFlow's numbers depend on how many threads share a large
        batch: these are the ones that it draws in one thread.
        """
        shape = len(logits), num_samples
        reserved = _BLOCKS_PER_OUTPUT * 2 * len(logits) * (-(-num_samples // 4) * 4)
        uniforms = self._fill(shape, torch.float64, logits.device, lambda words: _unit(words, torch.float64), reserved)
        return _choices(logits, uniforms).to(out_dtype)

    def _reserve(self, blocks):
        """The number of the first of ``blocks`` blocks that are the caller's from now on."""
        with self._lock:
            first, self._next = self._next, self._next + blocks
        return first

    def _fill(self, shape, dtype, device, values, reserved=None):
        """A tensor filled in order with ``values(words)`` of one block after another."""
        output = torch.empty(tuple(shape), dtype=dtype, device=device)
        flat, width = output.view(-1), _per_block(dtype)
        first = self._reserve(_BLOCKS_PER_OUTPUT * flat.numel() if reserved is None else reserved)
        for start, end in _pieces(-(-flat.numel() // width), device):
            words = self._words(torch.arange(first + start, first + end, device=device))
            piece = flat[start * width : end * width]
            piece.copy_(values(words).view(-1)[: piece.numel()])
        return output

    def _words(self, blocks):
        """The words of the blocks numbered ``blocks`` (int64 ``[n]``): int32 ``[n, 4]``, the caller's to overwrite."""
        return self._host_words(blocks) if blocks.device.type == "cpu" else self._device_words(blocks)

    def _host_words(self, blocks):
        words = np.empty((len(blocks), 4), np.uint32)
        state = np.empty((5, len(blocks)), np.uint64)
        _cipher(blocks.numpy().view(np.uint64), self._seed2, self._host_keys, _HOST, np.right_shift, state, words)
        return torch.from_numpy(words.view(np.int32))

    def _device_words(self, blocks):
        words = torch.empty((len(blocks), 4), dtype=torch.int32, device=blocks.device)
        state = torch.empty((5, len(blocks)), dtype=torch.int64, device=blocks.device)
        _cipher(blocks, self._seed2, self._keys, _DEVICE, torch.bitwise_right_shift, state, words)
        return words

    def _truncated(self, firsts, blocks, dtype):
        """What groups find within 2 in ``blocks`` blocks that begin at ``firsts`` ``[n]``.

        Returns their values ``[n, width]``, which hold where the second result, bool ``[n]``, says there were enough.
        """
        width = _per_block(dtype)
        numbers = firsts[:, None] + torch.arange(blocks, device=firsts.device)
        found = _gaussian(self._words(numbers.view(-1)), dtype).view(len(firsts), -1)  # [n, blocks * width]
        if blocks == 1:
            return found, found.abs().amax(1) < 2
        within = found.abs() < 2
        rank = within.cumsum(1)
        filled = rank[:, -1] >= width
        values = found[:, :width].clone()
        values[filled] = found[within & (rank <= width) & filled[:, None]].view(-1, width)
        return values, filled

    def _gammas(self, blocks, alpha):
        """One gamma variable for each ``alpha`` (float64 ``[n]``), drawn from 256 blocks that begin at ``blocks``.

        Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): ``d v`` with ``v = (1 + c x)^3``
        for a normal ``x``, accepted by a uniform. An alpha below 1 is drawn as alpha + 1 and scaled by ``u^(1/alpha)``;
        alpha 1 is an exponential.
        """
        draws = _PairedDraws(self, blocks)
        d = (alpha + 1).where(alpha < 1, alpha) - 1 / 3
        c = 1 / 3 / d.sqrt()
        output = torch.full_like(alpha, math.nan)
        waiting = ((alpha != 1) & (d > 0)).nonzero().view(-1)
        while waiting.numel():
            x = draws.normals(waiting)
            v = 1 + c[waiting] * x
            positive = v > 0
            rows, x, v = waiting[positive], x[positive], v[positive] ** 3
            u, square, scale = draws.uniforms(rows), x * x, d[rows]
            accepted = u < 1 - 0.0331 * square * square
            accepted |= u.log() < 0.5 * square + scale * (1 - v + v.log())
            output[rows[accepted]] = (scale * v)[accepted]
            waiting = waiting[output[waiting].isnan()]
        small = ((alpha < 1) & (d > 0)).nonzero().view(-1)
        output[small] *= draws.uniforms(small) ** (1 / alpha[small])
        ones = (alpha == 1).nonzero().view(-1)
        output[ones] = -torch.log(1 - draws.uniforms(ones))
        return output


class FreshStream:
    """Numbers that differ from session to session, from torch's own generators: an operation without a seed.

    Methods, shapes, dtypes and errors are those of ``Stream``.
    """

    def __init__(self):
        self._generators = {}

    def uniform(self, shape, dtype, device=_CPU):
        return torch.rand(tuple(shape), generator=self._generator(device), dtype=dtype, device=device)

    def uniform_int(self, shape, minval, maxval, dtype, device=_CPU):
        _check_range(shape, minval, maxval)
        if 0 in shape:
            return torch.empty(tuple(shape), dtype=dtype, device=device)
        generator = self._generator(device)
        return torch.randint(minval, maxval, tuple(shape), generator=generator, dtype=dtype, device=device)

    def normal(self, shape, dtype, device=_CPU):
        return torch.randn(tuple(shape), generator=self._generator(device), dtype=dtype, device=device)

    def truncated_normal(self, shape, dtype, device=_CPU):
        # By the inverse of the distribution function: nothing is rejected, so nothing has to wait for the device.
        limit = math.erf(math.sqrt(2))
        uniforms = torch.empty(tuple(shape), dtype=_computed(dtype), device=device)
        uniforms.uniform_(-limit, limit, generator=self._generator(device))
        return uniforms.erfinv_().mul_(math.sqrt(2)).clamp_(-2, 2).to(dtype)

    def gamma(self, shape, alphas, dtype):
        alpha = alphas.double().expand(tuple(shape) + tuple(alphas.shape)).contiguous()
        valid = alpha >= 0  # torch too would search for ever
        values = torch._standard_gamma(alpha.where(valid, 1), generator=self._generator(alpha.device))
        return values.where(valid, math.nan).to(dtype)

    def permutation(self, count, device=_CPU):
        return torch.randperm(count, generator=self._generator(device), device=device)

    def words(self, count):
        return torch.randint(1 << 32, (count,), generator=self._generator(_CPU)).tolist()

    def multinomial(self, logits, num_samples, out_dtype=torch.int64):
        return _choices(logits, self.uniform((len(logits), num_samples), torch.float64, logits.device)).to(out_dtype)

    def _generator(self, device):
        """This stream's generator on ``device``, made on first use and seeded by the operating system."""
        device = torch.device(device)
        if device not in self._generators:
            generator = torch.Generator(device)
            generator.manual_seed(int.from_bytes(os.urandom(8), "little") >> 1)
            self._generators.setdefault(device, generator)
        return self._generators[device]


class _PairedDraws:
    """Normals and uniforms for many outputs, each with blocks of its own, fetched as it needs them.

    A block gives two normals or two uniforms; the second of a pair is used first. ``rows`` never names an output twice.
    """

    def __init__(self, stream, blocks):
        self._stream = stream
        self._blocks = blocks.clone()  # [n]: each output's next block
        self._pairs = [blocks.new_empty((len(blocks), 2), dtype=torch.float64) for _ in range(2)]
        self._left = [torch.zeros_like(blocks) for _ in range(2)]

    def normals(self, rows):
        return self._take(0, _gaussian, rows)

    def uniforms(self, rows):
        return self._take(1, _unit, rows)

    def _take(self, kind, values, rows):
        pairs, left = self._pairs[kind], self._left[kind]
        empty = rows[left[rows] == 0]
        if empty.numel():
            pairs[empty] = values(self._stream._words(self._blocks[empty]), torch.float64)
            self._blocks[empty] += 1
            left[empty] = 2
        left[rows] -= 1
        return pairs[rows, left[rows]]


def _schedule(seed):
    """The key of each round: pairs of 32-bit numbers."""
    low, high = seed & _WORD, seed >> 32 & _WORD
    return [((low + i * _KEY_STEPS[0]) & _WORD, (high + i * _KEY_STEPS[1]) & _WORD) for i in range(_ROUNDS)]


def _host_number(value):
    return np.array(value, np.uint64)  # NumPy takes an array without dimensions twice as fast as an int


_HOST = tuple(_host_number(value) for value in (*_MULTIPLIERS, 32, _WORD))
_DEVICE = (*_MULTIPLIERS, 32, _WORD)


def _cipher(blocks, seed2, keys, numbers, shift, state, words):
    """Writes the ``words`` ``[n, 4]`` of ``blocks`` ``[n]``, working in ``state`` ``[5, n]``.

    The arrays are NumPy's uint64 or torch's int64: only low halves of what a signed shift leaves are ever used.
    """
    a, b, half, low = numbers
    c0, c1, c2, c3, spare = state
    c0[:] = blocks
    c0 &= low
    shift(blocks, half, out=c1)
    c2[:] = seed2 & _WORD
    c3[:] = seed2 >> 32 & _WORD
    for k0, k1 in keys:
        c0 *= a
        c2 *= b
        shift(c2, half, out=spare)
        c1 ^= spare
        c1 ^= k0
        c1 &= low
        shift(c0, half, out=spare)
        c3 ^= spare
        c3 ^= k1
        c3 &= low
        c0, c1, c2, c3 = c1, c2, c3, c0
    for i, word in enumerate((c0, c1, c2, c3)):
        words[:, i] = word  # keeps the low half


def _pieces(blocks, device):
    """``(start, end)`` of the runs of blocks that are made at a time."""
    step = _HOST_PIECE if torch.device(device).type == "cpu" else _DEVICE_PIECE
    return [(start, min(start + step, blocks)) for start in range(0, blocks, step)]


def _per_block(dtype):
    return 2 if dtype.itemsize == 8 else 4


def _computed(dtype):
    """The type normals are computed in before they are rounded to ``dtype``."""
    return torch.float64 if dtype == torch.float64 else torch.float32


def _unit(words, dtype):
    """Floats in [0, 1) from ``words``, which it may overwrite: ``[n, 4]``, for float64 ``[n, 2]``."""
    if dtype == torch.float64:
        pairs = words.view(torch.int64)  # word 0 below, word 1 above
        upper = (pairs & 0xFFFFF).bitwise_left_shift_(32)
        bits = pairs.bitwise_right_shift_(32).bitwise_and_(_WORD).bitwise_or_(upper).bitwise_or_(0x3FF << 52)
    else:
        container, fraction, one = _FRACTION[dtype]
        bits = words.to(container).bitwise_and_(fraction).bitwise_or_(one)
    return bits.view(dtype).sub_(1)


def _gaussian(words, dtype):
    """Standard normals from ``words``, float32 ``[n, 4]`` or float64 ``[n, 2]``, rounded where TensorFlow rounds."""

    def stored(x):
        return x.to(dtype).double()

    u, v = (column.contiguous().double() for column in _unit(words, dtype).view(-1, 2).unbind(1))
    angle = stored(v.mul_(2 * math.pi))
    radius = stored(stored(u.clamp_(min=_LEAST[dtype]).log_()).mul_(-2).sqrt_())
    pairs = torch.empty((len(u), 2), dtype=dtype, device=u.device)
    pairs[:, 0] = stored(angle.sin()).mul_(radius)
    pairs[:, 1] = stored(angle.cos_()).mul_(radius)
    return pairs.view(len(words), -1)


def _remainder(words, span, dtype):
    """Unsigned integers from ``words`` modulo ``span``, as int64: 32-bit ``[n, 4]`` or 64-bit ``[n, 2]`` ones."""
    if dtype == torch.int32:
        return words.long().bitwise_and_(_WORD).remainder_(span)
    # int64 holds the unsigned bits: what looks negative is halved, divided, doubled, and brought below the span again.
    bits = words.view(torch.int64)
    sign = -1 << 63
    if span < 1 << 63:
        odd = bits & 1
        bits = bits.bitwise_right_shift_(1).bitwise_and_(~sign).remainder_(span).mul_(2).add_(odd)
    else:
        span -= 1 << 64
    return bits.sub_((bits ^ sign).ge(span ^ sign).long().mul_(span))


def _choices(logits, uniforms):
    """Where each of ``uniforms`` ``[batch, samples]`` falls in the cumulated odds of its row of ``logits``."""
    finite = logits.isfinite()
    odds = logits.double().masked_fill(~finite, torch.finfo(logits.dtype).min)
    odds = (odds - odds.amax(1, keepdim=True)).exp_().masked_fill_(~finite, 0)
    cumulated = odds.cumsum(1)
    return torch.searchsorted(cumulated, uniforms * cumulated[:, -1:], right=True)


def _shuffled(words, count):
    """What Fisher and Yates' shuffle makes of ``range(count)``: int64 ``[count]``.

    Step ``i`` swaps place ``i`` with place ``targets[i]``, the same or a later one. Rather than swap after swap: what
    step ``i`` finds at its target was put there by ``k``, the last earlier step with that target (none: unmoved),
    and is what had been at place ``k`` just before step ``k``; which came there in the same way, from an ever earlier
    step. These chains are short and are followed for all places at once, each round twice as far.
    """
    steps = np.arange(count)
    targets = steps.copy()
    targets[:-1] += words % np.arange(count, 1, -1)
    target, step = np.divmod(np.sort(targets * count + steps), max(count, 1))  # by target, then by step
    repeated = target[1:] == target[:-1]
    before = np.full(count, -1)  # the last earlier step with the same target
    before[step[1:][repeated]] = step[:-1][repeated]
    origin = steps.copy()  # what is at place i just before step i
    moved = targets != steps
    origin[targets[moved]] = steps[moved]  # of equal targets the last is kept
    while not np.array_equal(further := origin[origin], origin):
        origin = further
    return np.where(before < 0, targets, origin[before])


def _check_range(shape, minval, maxval):
    if minval >= maxval and 0 not in shape:
        raise errors.InvalidArgumentError(None, None, f"Need minval < maxval, got {minval} >= {maxval}")
