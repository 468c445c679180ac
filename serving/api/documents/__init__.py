"""What each answer holds. This is documentation, from which the OpenAPI description is made; bodies are not built with it,
and the tests check every body against it.

Each field says what class of data it is (`x-data-class`): `place` (names and codes of places and units), `forecast`, `model`
(how it was made), `record` (counted of records, small numbers withheld), `service` (of the server), `operator` (who acts, as an id that
tells nothing, and what that one gave as a reason).
"""
