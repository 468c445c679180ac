"""Where records lie: from the places that a row names to a grid, or to the unit above it.

`locating` takes the rows of a batch to the ladder of `ladder`; the other modules are its rungs (coordinates, spots, names) and
what units were called when (epochs).
"""
