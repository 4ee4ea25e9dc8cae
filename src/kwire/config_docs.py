DOCS: dict[tuple[str | None, str], str] = {}
