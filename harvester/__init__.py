"""Harvester: brings departments' records in. Knows no Flask."""
