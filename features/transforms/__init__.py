"""How records become numbers: small frozen objects that say what they are, and give it on any panel.

The door: `transform.Transform` and the transforms themselves; a family declares rows of them.
"""
