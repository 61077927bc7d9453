"""Galibot: the assistant that answers residents from what a town hall wrote."""

import os

__version__ = "0.1.0"

# numpy's threads cost more than they bring on a question: 15 ms instead of 5 where another program
# keeps a core busy. It reads these when it is first imported, which is after this.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
