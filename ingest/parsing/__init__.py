"""Files become text with structure and page geometry, in processes that may hang or crash without harm."""
