"""A second city with known truth, of another form than `riskwarn simulate`. The door: `write_city`.

Written by reading what riskwarn loads and nothing of what it computes. Places have latent effects that are correlated in
space and drift in time; cases escalate one by one, by what they are, how old they are and how busy the mediators of
their community are; building faults that nobody may have found yet lead to incidents, which excite themselves.
"""

from experiments.skill.second.writing import write_city

__all__ = ["write_city"]
