"""Contact files as businesses have them: read, understood, matched with the contacts kept, written."""
