"""What is said: commands, words and buttons in, replies rendered as messages out."""
