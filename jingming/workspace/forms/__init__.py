"""Forms of the desk: of an act, of a contact. They show and read; what values mean is decided in the slices below."""
