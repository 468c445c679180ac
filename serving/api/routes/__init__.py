"""The routes, a module a noun; `all_routers` is the door."""
