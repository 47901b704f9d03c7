"""The browser door: pages for the account's own staff, over the same use cases as the terminal and the API."""
