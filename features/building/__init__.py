"""From a city to a matrix of features: in parts, on threads or a cluster, kept as tables.

The door: `build.build_features`, `executors.chosen_executor`.
"""
