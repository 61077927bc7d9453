"""What a town hall spreads: links that say where they were found, texts to paste, posters."""
