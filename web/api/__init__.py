"""The machine API: the actions that clients of CKAN speak, and nothing of pages."""
