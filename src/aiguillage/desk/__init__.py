"""What people change: one function per use case, verb and noun; it owns the transaction and asks for the role."""
