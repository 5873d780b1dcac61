"""What a script says of the data it takes and gives."""
