"""What a notice says, in Chinese and English: a head for a phone, what to look at, whom to ask, why, how to contest, and what it is not for.

:func:`text_of` says it of a notice as it is told elsewhere (`shown.as_dict`): of numbers nothing is said that is not told there.
"""

from serving.alerts.words.text import head_of, text_of

__all__ = ["head_of", "text_of"]
