"""The effort `deep`: a question taken apart, evidence for each part, one look more at what found no support."""
