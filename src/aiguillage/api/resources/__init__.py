"""The resources of the management API: each is its fields, its filters and its use cases."""
