"""From champions to the numbers of every unit: coherent, with reasons, levels and gaps."""
