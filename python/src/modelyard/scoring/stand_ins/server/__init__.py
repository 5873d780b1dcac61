"""What a script says to the server it runs under."""
