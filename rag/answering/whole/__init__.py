"""Whole documents: what one says in short, and how two differ, in sentences that are cited and checked like any."""
