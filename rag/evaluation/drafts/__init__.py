"""Questions drafted by the chat model from a user's own documents, for people to review."""
