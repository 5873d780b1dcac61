"""Raw requests and answers."""
