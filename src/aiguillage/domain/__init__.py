"""What is true: pure rules over frozen facts; no clock, no I/O, no framework."""
