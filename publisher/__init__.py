"""Publisher: what is published, who may change it and what happened to it. Knows no Flask and no sources."""
