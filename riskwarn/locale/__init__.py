"""Catalogues of messages: one .po a language, which people edit, and the .mo that `make docs` compiles from it."""
