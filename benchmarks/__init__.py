"""How fast lazytf is beside TensorFlow and hand-written torch; ``README.md`` tells how to run and read it.

A workload is one file, written once against a module called ``tf``; its torch rivals stand in ``<workload>_torch.py``.

    w0_run          what one ``Session.run`` costs
    w1_tutorial     a training step of the tutorial's network
    w2_mlp          a training step of a perceptron where arithmetic counts
    w4_lstm         a training step of a recurrent network
    w8_large_graph  building, differentiating and first running 10,000 operations
    w9_scalar_loop  a loop of many iterations that compute next to nothing

``single_thread.py`` keeps every contender to one thread, ``torch_training.py`` holds the ways to train in torch,
``worker.py`` is the process a contender lives in, ``rounds.py`` asks workers in turn, ``tables.py`` prints, and
``__main__.py`` is the command. Workloads and the worker are also run by TensorFlow 1.15's Python 3.7.
"""
