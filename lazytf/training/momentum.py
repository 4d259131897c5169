"""Momentum: steps along a decaying sum of gradients."""

from lazytf.core.build import convert_to_tensor, raw
from lazytf.ops.casting import cast
from lazytf.training.optimizers import Optimizer


class MomentumOptimizer(Optimizer):
    """Each variable moves along a sum of its past gradients that decays by ``momentum`` a step.

        accumulation = momentum * accumulation + gradient
        variable -= learning_rate * accumulation

    With ``use_nesterov`` the variable moves by ``learning_rate * (gradient + momentum * accumulation)`` instead. The
    slot ``momentum`` holds the accumulation; a sparse gradient changes the rows it names only. ``learning_rate`` and
    ``momentum`` are floats, float tensors, or functions without arguments that return one.
    """

    def __init__(self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False):
        super().__init__(use_locking, name)
        self._learning_rate, self._momentum, self._use_nesterov = learning_rate, momentum, use_nesterov
        self._learning_rate_tensor = self._momentum_tensor = None

    def _create_slots(self, var_list):
        for variable in var_list:
            self._zeros_slot(variable, "momentum", self._name)

    def _prepare(self):
        self._learning_rate_tensor = convert_to_tensor(
            self._call_if_callable(self._learning_rate), name="learning_rate"
        )
        self._momentum_tensor = convert_to_tensor(self._call_if_callable(self._momentum), name="momentum")

    def _rates(self, dtype):
        return cast(self._learning_rate_tensor, dtype), cast(self._momentum_tensor, dtype)

    @property
    def _options(self):
        return {"use_locking": self._use_locking, "use_nesterov": self._use_nesterov}

    def _apply_dense(self, grad, var):
        accumulation = self.get_slot(var, "momentum")
        rate, momentum = self._rates(var.dtype.base_dtype)
        return raw.ApplyMomentum(var._ref(), accumulation._ref(), rate, grad, momentum, **self._options).op

    def _resource_apply_dense(self, grad, var):
        accumulation = self.get_slot(var, "momentum")
        rate, momentum = self._rates(grad.dtype.base_dtype)
        return raw.ResourceApplyMomentum(var.handle, accumulation.handle, rate, grad, momentum, **self._options)

    def _apply_sparse(self, grad, var):
        accumulation = self.get_slot(var, "momentum")
        rate, momentum = self._rates(var.dtype.base_dtype)
        return raw.SparseApplyMomentum(
            var._ref(), accumulation._ref(), rate, grad.values, grad.indices, momentum, **self._options
        ).op

    def _resource_apply_sparse(self, grad, var, indices):
        accumulation = self.get_slot(var, "momentum")
        rate, momentum = self._rates(grad.dtype.base_dtype)
        return raw.ResourceSparseApplyMomentum(
            var.handle, accumulation.handle, rate, grad, indices, momentum, **self._options
        )
