"""The write side: sources → parse → judge → chunk → embed → publish."""
"""The write side: sources are parsed, cut into passages, embedded and published."""
