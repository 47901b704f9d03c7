"""Where a caller goes, read only: the five steps of a call, the table, the call log."""
