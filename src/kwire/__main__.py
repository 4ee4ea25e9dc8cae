"""`python -m kwire` is the `kwire` command."""

from __future__ import annotations

from kwire.cli import main

raise SystemExit(main())
