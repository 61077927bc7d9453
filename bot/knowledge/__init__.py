"""The knowledge base: from the editors' YAML files to an immutable KnowledgeBase, or Problems."""
