"""Questions that follow others: made to stand alone where they do not, under numbers that keep their meaning."""
