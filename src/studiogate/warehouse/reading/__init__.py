"""Reading much of a warehouse quickly: from rows on the wire to Arrow, pandas, polars."""
