"""A run as one HTML page that needs no network: figures, plots, where evidence was lost, the questions that failed."""
