"""How the tables of a home came to be: one script a version, run when a database is opened that is behind.

The door: :data:`HEAD` and :data:`VERSION_TABLE` tell at once whether there is anything to do; `run` does it (it is what
imports Alembic). A script imports nothing of ours: it says what the tables were and became then, whatever they are now.
"""

#: The newest script. Versions are numbers of one width, so that a larger text is a newer version.
HEAD = "0018"

#: Not Alembic's usual name: MLflow uses that one, perhaps in the same database.
VERSION_TABLE = "riskwarn_version"
