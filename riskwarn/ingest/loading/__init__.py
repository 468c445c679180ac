"""One load: files in, record versions and an account out.

The door: `loading.ingest`, `retrying.retry`.
"""
