"""Web: shows what is published: portal pages, machine API, feeds and the command line. Knows no SQL."""
