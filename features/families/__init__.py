"""The families of features, one file each; every function declares the features of one subject."""
