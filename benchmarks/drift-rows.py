"""Writes rows of 40 numbers, 5 counts and 5 columns of words to a Parquet file: OUT ROWS SEED SHIFT (of the first column)."""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

out, rows, seed, shift = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
random = np.random.default_rng(seed)
columns = {f"n{i}": random.normal(shift if i == 0 else 0, 1, rows) * (i + 1) for i in range(40)}
columns |= {f"k{i}": random.poisson(30, rows) for i in range(5)}
words = np.array([f"category {i}" for i in range(8)])
columns |= {f"c{i}": words[random.integers(0, 8, rows)] for i in range(5)}
pq.write_table(pa.table(columns), out)
