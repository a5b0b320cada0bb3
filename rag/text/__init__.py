"""Text in two languages: which language, what is the same, where sentences end, which quantities, which terms."""
