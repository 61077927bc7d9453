"""From a question to a decision: candidates, their scores, and whether to answer."""
