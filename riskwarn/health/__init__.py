"""How sound the data are: what was refused, in words for the clerk, and how each source reports. The door: `write_workbook`."""

from riskwarn.health.clerk import write_workbook

__all__ = ["write_workbook"]
