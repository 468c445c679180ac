"""From a mean to a distribution of counts, and to bounds that hold."""
