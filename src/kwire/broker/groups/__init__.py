"""Groups: who belongs to one, who owns what, and how far each has come."""
