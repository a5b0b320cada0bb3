"""From a question to scored passages: legs per language, one scale for all of them."""
