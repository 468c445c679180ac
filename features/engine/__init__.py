"""The dense columnar engine: spans of columns in, sums by column and cell out."""
