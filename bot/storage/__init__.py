"""What is kept: the votes in a database, the knowledge in files that editors change."""
