"""Other ways to answer the same calls, each in a file of its own, beside aiguillage on the same core."""
