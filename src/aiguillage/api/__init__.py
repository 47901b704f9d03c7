"""The JSON door: what the web framework serves behind the call path."""
