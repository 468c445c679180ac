"""Forecasters side by side on the same origins."""
