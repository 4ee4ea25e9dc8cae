"""Data directories from outside: what one holds, whether it is sound, what another server makes of it."""
