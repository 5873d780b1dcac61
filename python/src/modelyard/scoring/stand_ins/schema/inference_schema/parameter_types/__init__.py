"""Kinds of values, each made from a sample."""
