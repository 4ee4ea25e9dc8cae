"""Settings that change while the broker runs, each kind with its rules."""
