"""Where the rows of one table are in another, by an identifier that both hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def positions(keys: pd.Series, among: pd.Series) -> np.ndarray:
    """Find the position of each key in a column of identifiers, -1 where it is absent or missing.

    Of an identifier that is there twice, the first position. A join is this followed by a ``reindex``; Arrow hashes
    texts several times faster than a join of pandas does.

    Examples
    --------
    >>> positions(pd.Series(["b", "z", None, "a"]), pd.Series(["a", "b"])).tolist()
    [1, -1, -1, 0]
    """
    wanted, known = (pa.array(column.astype("str")).cast(pa.large_string()) for column in (keys, among))
    return pc.index_in(wanted, value_set=known, skip_nulls=True).fill_null(-1).to_numpy().astype(np.int64)
