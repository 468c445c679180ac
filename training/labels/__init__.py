"""What is forecast, and which origins have a label that has had time to ripen."""
