"""The tables that are not event sources: grids, residents, places, services, breaks.

The doors: `tables` (grids, residents, services) and `tables_of_places`.
"""
