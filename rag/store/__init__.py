"""What must be durable: the database of documents, versions and jobs, and the stored files."""
