"""From a base to what answers its questions: built, fitted to it, and told how sure to be."""
