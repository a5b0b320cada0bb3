"""The write side: sources are parsed, cut into passages, embedded and published."""
