"""What carries it: updates in at least once, messages out whatever Telegram answers."""
