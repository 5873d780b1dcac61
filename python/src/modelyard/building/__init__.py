"""Building environments: run by nodes and gateways as a program, imported by nobody."""
