"""The web channel: pages that work without JavaScript, a JSON API, and what operators watch."""
