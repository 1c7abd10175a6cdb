"""Django's PostgreSQL backend, which attaches to the embedded server when the first connection is made."""
