"""Measures to compare Galibot with other ways of doing the same: python -m benchmarks"""

import os

# One core, like the machines it is meant for. numpy reads these when it is first imported, and the
# processes started from here inherit them.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
