"""What tests put in the place of Telegram. No double replaces code of ours."""
