"""French text: what makes two spellings the same (words) and what makes print (typography)."""
