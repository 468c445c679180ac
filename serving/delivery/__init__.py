"""Messages that arrive: what is to be sent is written down in the transaction of the change that it tells of."""
