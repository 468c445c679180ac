"""The routes, a module a noun: each has a function that gives its router."""
