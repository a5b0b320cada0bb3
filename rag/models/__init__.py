"""Models by role: embedders and chat models, their backends, and the catalogue of their weights."""
