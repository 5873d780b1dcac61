"""The scoring worker: loads a model or a scoring script once and answers predictions over a framed socket. Standard library only."""
