"""The desk: screens and doors that combine the other slices, without a business rule of their own."""
