"""What holds at each origin in each cell, out of the records of one part of the city.

The door: `panel.Panel`, `partition.partitions`.
"""
