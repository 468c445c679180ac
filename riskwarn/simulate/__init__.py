"""A city with known truth: what its departments would export, and what the future really holds. The door: `simulate`."""

from riskwarn.simulate.city import END, SimulatedCity, simulate_city
from riskwarn.simulate.exports import write_exports
from riskwarn.simulate.writing import simulate

__all__ = ["END", "SimulatedCity", "simulate", "simulate_city", "write_exports"]
