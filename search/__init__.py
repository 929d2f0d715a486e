"""Search: documents and queries, and engines behind one seam. Knows no rows, users or Flask."""
