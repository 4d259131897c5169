"""Adam: steps sized by running averages of the gradient and of its square."""

from lazytf.core.build import convert_to_tensor, raw
from lazytf.core.graph import get_default_graph
from lazytf.ops.casting import cast
from lazytf.ops.control import group
from lazytf.state import assigning
from lazytf.training.optimizers import Optimizer
from lazytf.training.slots import is_resource


class AdamOptimizer(Optimizer):
    """Adam (Kingma and Ba, 2014): with ``t`` the number of steps done, this one included,

        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient ** 2
        rate = learning_rate * sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
        variable -= rate * m / (sqrt(v) + epsilon)

    ``epsilon`` is added to the root that is not corrected for the start at zero (the "epsilon hat" of the paper), which
    is not where ``torch.optim.Adam`` adds it. Slots ``m`` and ``v`` are called ``<variable>/Adam`` and
    ``<variable>/Adam_1``; two more variables, ``beta1_power`` and ``beta2_power``, hold the powers. A sparse gradient
    counts as zero for the rows it does not name: their averages decay and they move, too. Hyperparameters are floats,
    float tensors, or functions that return one.
    """

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="Adam"):
        super().__init__(use_locking, name)
        self._lr, self._beta1, self._beta2, self._epsilon = learning_rate, beta1, beta2, epsilon
        self._lr_t = self._beta1_t = self._beta2_t = self._epsilon_t = None

    def _get_beta_accumulators(self):
        """The variables that hold ``beta1 ** t`` and ``beta2 ** t``."""
        graph = get_default_graph()
        return tuple(self._get_non_slot_variable(name, graph=graph) for name in ("beta1_power", "beta2_power"))

    def _create_slots(self, var_list):
        first = min(var_list, key=lambda v: v.name)  # the powers live beside one variable, always the same
        for value, name in ((self._beta1, "beta1_power"), (self._beta2, "beta2_power")):
            self._create_non_slot_variable(initial_value=value, name=name, colocate_with=first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _prepare(self):
        self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t = (
            convert_to_tensor(self._call_if_callable(value), name=name)
            for value, name in (
                (self._lr, "learning_rate"),
                (self._beta1, "beta1"),
                (self._beta2, "beta2"),
                (self._epsilon, "epsilon"),
            )
        )

    def _hyperparameters(self, dtype):
        """Powers, learning rate, betas and epsilon, in the order that the update op takes them."""
        return [
            _as(value, dtype)
            for value in (*self._get_beta_accumulators(), self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        ]

    def _apply_dense(self, grad, var):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return raw.ApplyAdam(
            var._ref(),
            m._ref(),
            v._ref(),
            *self._hyperparameters(var.dtype.base_dtype),
            grad,
            use_locking=self._use_locking,
        ).op

    def _resource_apply_dense(self, grad, var):
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        return raw.ResourceApplyAdam(
            var.handle,
            m.handle,
            v.handle,
            *self._hyperparameters(grad.dtype.base_dtype),
            grad,
            use_locking=self._use_locking,
        )

    def _apply_sparse(self, grad, var):
        return self._apply_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad, var, indices):
        return self._apply_rows(grad, var, indices)

    def _apply_rows(self, rows, var, indices):
        """Updates all of ``var`` by a gradient that is zero but for ``rows``."""
        beta1_power, beta2_power, rate, beta1, beta2, epsilon = self._hyperparameters(var.dtype.base_dtype)
        rate = rate * raw.Sqrt(1 - beta2_power) / (1 - beta1_power)
        m = self._averaged(self.get_slot(var, "m"), beta1, indices, lambda: rows)
        v = self._averaged(self.get_slot(var, "v"), beta2, indices, lambda: rows * rows)
        root = raw.Sqrt(v)
        update = assigning.assign_sub(var, rate * m / (root + epsilon), use_locking=self._use_locking)
        return group(update, m, v)

    def _averaged(self, slot, beta, indices, rows):
        """The slot after it decayed by ``beta`` and got ``(1 - beta) * rows()`` added at ``indices``."""
        graph = get_default_graph()
        added = rows() * (1 - beta)
        with graph.control_dependencies([assigning.assign(slot, slot * beta, use_locking=self._use_locking).op]):
            if not is_resource(slot):
                return raw.ScatterAdd(slot._ref(), indices, added, use_locking=self._use_locking)
            with graph.control_dependencies([raw.ResourceScatterAdd(slot.handle, indices, added)]):
                return slot.value()

    def _finish(self, update_ops, name_scope):
        graph = get_default_graph()
        beta1_power, beta2_power = self._get_beta_accumulators()
        with graph.control_dependencies(update_ops), graph.colocate_with(beta1_power.op):
            grown = [
                power.assign(power * beta, use_locking=self._use_locking)
                for power, beta in ((beta1_power, self._beta1_t), (beta2_power, self._beta2_t))
            ]
        return group(*update_ops, *grown, name=name_scope)


def _as(value, dtype):
    """A tensor or variable of that dtype: itself where it is one already, so that whoever takes it reads it."""
    return value if value.dtype.base_dtype is dtype else cast(value, dtype)
