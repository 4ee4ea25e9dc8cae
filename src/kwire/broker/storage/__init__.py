"""The log directories of a broker, and the work on them: syncs, retention, the cleaner, moves, cold reads."""
