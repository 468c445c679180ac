"""HTTP: the application, its answers, and the process that serves them."""
