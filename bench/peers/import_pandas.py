# SPDX-License-Identifier: Apache-2.0
"""The peer of csv.import: pandas' C reader on the same file, timing nothing but read_csv.

import_pandas.py --version   prints the version of pandas, exit code 1 without pandas
import_pandas.py FILE        prints the seconds and the number of rows
"""
import sys
import time

try:
    import pandas
except ImportError:
    sys.exit(1)

if sys.argv[1] == "--version":
    print(pandas.__version__)
else:
    begin = time.perf_counter()
    frame = pandas.read_csv(sys.argv[1], engine="c")
    print(time.perf_counter() - begin, len(frame))
