"""What is kept of what may not be: topics of free text, counts of rows by district and quarter, faults without words."""
