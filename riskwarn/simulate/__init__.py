"""A city with known truth: what its departments would export, and what the future really holds. The door: `simulate`."""

from riskwarn.simulate.city import SimulatedCity, simulate_city
from riskwarn.simulate.exports import write_exports
from riskwarn.simulate.writing import simulate

__all__ = ["SimulatedCity", "simulate", "simulate_city", "write_exports"]
