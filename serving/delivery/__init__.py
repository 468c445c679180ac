"""Messages that arrive: at least once, in order for each subscriber, and known by an id that stays the same.

The door: `Message` (`messages`), `enqueue` (`outbox`), called in the transaction of the change; `create`, `listed`, `remove`, `rotate`
(`subscriptions`); `Dispatcher`, and `Carrier` beside a server (`dispatcher`).
"""
