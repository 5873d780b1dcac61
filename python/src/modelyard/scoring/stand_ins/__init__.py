"""Packages that a scoring script may import by their own names; each folder here goes onto ``sys.path``."""
