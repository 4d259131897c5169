"""Gradient descent: ``w -= learning_rate * gradient``."""

from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.values import IndexedSlices
from lazytf.ops.casting import cast
from lazytf.training.optimizers import Optimizer


class GradientDescentOptimizer(Optimizer):
    """The plain rule: every variable moves against its gradient, ``learning_rate`` times as far.

    ``learning_rate`` is a float, a float tensor, or a function without arguments that returns one. It keeps no slots.
    Rows that a sparse gradient names twice move twice.
    """

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor = None

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )

    def _apply_dense(self, grad, var):
        rate = cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return raw.ApplyGradientDescent(var._ref(), rate, grad, use_locking=self._use_locking).op

    def _resource_apply_dense(self, grad, handle):
        rate = cast(self._learning_rate_tensor, grad.dtype.base_dtype)
        return raw.ResourceApplyGradientDescent(handle.handle, rate, grad, use_locking=self._use_locking)

    def _apply_sparse_duplicate_indices(self, grad, var):
        step = grad.values * cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return var.scatter_sub(IndexedSlices(step, grad.indices, grad.dense_shape), use_locking=self._use_locking)

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices):
        step = -grad * self._call_if_callable(self._learning_rate)
        return raw.ResourceScatterAdd(handle.handle, indices, step)
