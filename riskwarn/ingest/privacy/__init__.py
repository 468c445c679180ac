"""What may pass: personal values, free text, faults and refusals, and what is shown of any of them.

All that is stored or printed of a row that was refused goes through here, and holds none of its words.
"""
