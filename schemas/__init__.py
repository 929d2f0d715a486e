"""Schemas: what data looks like. Pure values, checks and mappings; knows no database, network or Flask."""
