"""From a Question to a Reply: the one place where all channels meet."""
