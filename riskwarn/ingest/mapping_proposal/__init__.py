"""What to make of a file that nobody has mapped yet: a profile of its columns, a proposed mapping, the difference of two exports."""
