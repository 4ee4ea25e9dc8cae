"""What the documentation says is so: tables come from the code, examples run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import kwire
from tests.generated_docs import readme

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_readme_lists_what_is_served() -> None:
    assert readme(README) == README, "make docs"


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_readme_works_when_pasted(number: int) -> None:
    """In a process of its own, against a server on another port than the example says."""
    with kwire.Broker() as broker:
        code = EXAMPLES[number].replace("127.0.0.1:9092", broker.bootstrap_servers)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if "print(" in code:
        assert done.stdout.count("hello") == 3, done.stdout + done.stderr
