"""What developers run: translations, checks without a database, contracts of the import linter, generated pages."""
