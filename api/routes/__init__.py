"""HTTP, one file for each noun. A route validates by type, calls one method and returns a schema."""
