"""From scored passages to a checked answer: pack, decide, generate, attribute, verify."""
