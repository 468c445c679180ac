"""Every feature of a city by name: which families a source gives, features of one's own, and what version each is.

The door: `catalogue.catalogue`, `catalogue.declared`, `version.provenance`.
"""
