"""What customers are told in writing: one text for each purpose and channel, in two languages, versioned."""
