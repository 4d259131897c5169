"""Small programs about behaviour that run unchanged on TensorFlow 1.15 and on lazytf.

Each file is one subject; each public function in it that takes ``tf`` is a case, named as a sentence. A case builds
in the default graph (fresh for every case) and returns plain data: numbers, strings, lists, dicts. What TensorFlow
1.15.5 returned is kept in ``tests/reference/behaviour/``; ``tests/test_behaviour.py`` holds lazytf to it.
These files must stay valid Python 3.7, because TensorFlow 1.15 runs on nothing newer.
"""
