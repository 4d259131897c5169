"""Training: what turns a loss into an operation that improves variables, and what goes with it.

May import every room but ``modeling``, ``pipelines`` and ``interop``. The files, lowest first:

    global_step         the variable that counts training steps
    slots               variables that an optimizer keeps beside a variable it trains
    optimizers          the base class: gradients of a loss, one update op per variable, one operation for all
    gradient_descent    the rules, one file each
    momentum
    adam
    averages            running averages of variables
    clipping            gradients made shorter
    learning_rates      rates that follow the step
    coordinator         threads that stop together
    queues              queues as programs see them
    queue_runners       threads that keep queues filled
    summaries           ops that make what TensorBoard shows
    file_writers        event files
    input_producers     queues of rows, names or numbers, epoch after epoch
    batching            single examples into batches

A new rule is a subclass of ``Optimizer`` in a file of its own, over an ``Apply...`` op of ``ops/training``.
"""
