"""The work of train and back-test: read, call the pure rooms, write."""
