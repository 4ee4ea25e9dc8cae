"""Regular expressions that consumers subscribe with: the syntax of RE2, matched against whole names of topics.

RE2 (Kafka uses its Java port, RE2/J) promises that a match takes time in proportion to the text, whatever the
expression, and for that leaves out look-around and back-references. Python's `re` promises neither, and a client must
not be able to stop the broker with an expression. So expressions are parsed here and run as a set of states, with the
steps that were taken before kept.

Names of topics are made of 65 characters, so a character class is a set of those; everything else never matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits, punctuation

LEGAL = frozenset(ascii_letters + digits + "._-")
"""What names of topics are made of."""

MAX_REPEAT = 1000
MAX_STATES = 20_000
MAX_STEPS_KEPT = 20_000
MAX_DEPTH = 200

_WORD = frozenset(ascii_letters + digits + "_")
_EMPTY: frozenset[str] = frozenset()

_PERL = {
    "d": frozenset(digits),
    "D": LEGAL - frozenset(digits),
    "s": _EMPTY,
    "S": LEGAL,
    "w": _WORD,
    "W": LEGAL - _WORD,
}
_POSIX = {
    "alnum": frozenset(ascii_letters + digits),
    "alpha": frozenset(ascii_letters),
    "ascii": LEGAL,
    "blank": _EMPTY,
    "cntrl": _EMPTY,
    "digit": frozenset(digits),
    "graph": LEGAL,
    "lower": frozenset(ascii_lowercase),
    "print": LEGAL,
    "punct": frozenset("._-"),
    "space": _EMPTY,
    "upper": frozenset(ascii_uppercase),
    "word": _WORD,
    "xdigit": frozenset(digits + "abcdefABCDEF"),
}
_UNICODE = {
    "Any": LEGAL,
    "L": frozenset(ascii_letters),
    "Lu": frozenset(ascii_uppercase),
    "Ll": frozenset(ascii_lowercase),
    "Latin": frozenset(ascii_letters),
    "N": frozenset(digits),
    "Nd": frozenset(digits),
    "P": frozenset("._-"),
    "Pd": frozenset("-"),
    "Pc": frozenset("_"),
    "Po": frozenset("."),
    "Common": frozenset(digits + "._-"),
} | dict.fromkeys(
    (
        *(
            "C",
            "Cc",
            "Cf",
            "Co",
            "Cs",
            "Lm",
            "Lo",
            "Lt",
            "M",
            "Mc",
            "Me",
            "Mn",
            "Nl",
            "No",
            "Pe",
            "Pf",
            "Pi",
            "Ps",
        ),
        *("S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs"),
        *(
            "Arabic",
            "Armenian",
            "Bengali",
            "Cyrillic",
            "Devanagari",
            "Greek",
            "Han",
            "Hangul",
            "Hebrew",
            "Hiragana",
        ),
        *("Inherited", "Katakana", "Thai", "Tamil", "Georgian"),
    ),
    _EMPTY,
)
"""General categories and the scripts that one meets; of those, what a name of a topic can hold."""

_CONTROL = {"a": "\a", "f": "\f", "t": "\t", "n": "\n", "r": "\r", "v": "\v"}


class InvalidRegex(ValueError):
    """The expression is not RE2; the text says why."""


# What an expression is made of. A condition is an empty match that looks at what is before and after it.
_Condition = Callable[[str, str], bool]

_CONDITIONS: dict[str, _Condition] = {
    "begin": lambda before, _: not before,
    "end": lambda _, after: not after,
    "word": lambda before, after: (before in _WORD) != (after in _WORD),
    "no word": lambda before, after: (before in _WORD) == (after in _WORD),
}


class Regex:
    """A parsed expression. Raises InvalidRegex."""

    __slots__ = ("_accepting", "_ids", "_program", "_sets", "_steps", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._program = _Program()
        parser = _Parser(text, self._program)
        try:
            start, end = parser.whole()
        except RecursionError:
            raise InvalidRegex("expression nests too deeply") from None
        self._accepting = end
        self._steps: dict[tuple[int, str, str], int] = {}
        self._sets: list[frozenset[int]] = []
        self._ids: dict[frozenset[int], int] = {}
        self._known(frozenset((start,)))

    def __repr__(self) -> str:
        return f"<Regex {self.text!r}>"

    def matches(self, name: str) -> bool:
        """Does the whole name match?"""
        steps = self._steps
        if len(steps) > MAX_STEPS_KEPT:
            self._forget()
        at, before = 0, ""
        for after in name:
            step = steps.get((at, before, after))
            if step is None:
                step = self._step(at, before, after)
            at, before = step, after
        return self._accepting in self._reachable(self._sets[at], before, "")

    def _step(self, at: int, before: str, after: str) -> int:
        program = self._program
        reached = self._reachable(self._sets[at], before, after)
        following = frozenset(program.following[state] for state in reached if after in program.taken[state])
        step = self._steps[at, before, after] = self._known(following)
        return step

    def _reachable(self, states: frozenset[int], before: str, after: str) -> set[int]:
        """The states that an empty match leads to from here."""
        program = self._program
        reached: set[int] = set()
        todo = list(states)
        while todo:
            state = todo.pop()
            if state not in reached:
                reached.add(state)
                for condition, target in program.empty[state]:
                    if condition is None or condition(before, after):
                        todo.append(target)
        return reached

    def _known(self, states: frozenset[int]) -> int:
        found = self._ids.get(states)
        if found is None:
            found = self._ids[states] = len(self._sets)
            self._sets.append(states)
        return found

    def _forget(self) -> None:
        start = self._sets[0]
        self._steps.clear()
        self._ids.clear()
        self._sets.clear()
        self._known(start)


class _Program:
    """States with what they take, where that leads, and where they lead without taking anything."""

    __slots__ = ("empty", "following", "taken")

    def __init__(self) -> None:
        self.taken: list[frozenset[str]] = []
        self.following: list[int] = []
        self.empty: list[list[tuple[_Condition | None, int]]] = []

    def state(self) -> int:
        if len(self.taken) >= MAX_STATES:
            raise InvalidRegex("expression is too large")
        self.taken.append(_EMPTY)
        self.following.append(-1)
        self.empty.append([])
        return len(self.taken) - 1

    def link(self, source: int, target: int, condition: _Condition | None = None) -> None:
        self.empty[source].append((condition, target))


# The parts of a parsed expression: ("set", chars), ("cat", [...]), ("or", [...]), ("repeat", part, least, most),
# ("when", name of a condition).
_Part = tuple[object, ...]


class _Parser:
    def __init__(self, text: str, program: _Program) -> None:
        self._text = text
        self._program = program
        self._pos = 0
        self._depth = 0
        self._names: set[str] = set()
        self._ignore_case = False

    def whole(self) -> tuple[int, int]:
        part = self._alternatives()
        if self._pos < len(self._text):
            raise InvalidRegex("unexpected )")
        return self._compile(part)

    # Parsing

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._pos)

    def _take(self, text: str) -> bool:
        if self._peek(text):
            self._pos += len(text)
            return True
        return False

    def _next(self, what: str) -> str:
        if self._pos >= len(self._text):
            raise InvalidRegex(f"missing {what}")
        self._pos += 1
        return self._text[self._pos - 1]

    def _alternatives(self) -> _Part:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidRegex("expression nests too deeply")
        flags = self._ignore_case
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        self._ignore_case = flags
        self._depth -= 1
        return branches[0] if len(branches) == 1 else ("or", branches)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._pos < len(self._text) and self._text[self._pos] not in "|)":
            if self._take("\\Q"):
                end = self._text.find("\\E", self._pos)
                literal = self._text[self._pos :] if end < 0 else self._text[self._pos : end]
                self._pos = len(self._text) if end < 0 else end + 2
                parts += [("set", self._folded((char,))) for char in literal]
                if literal:
                    parts.append(self._repeated(parts.pop()))
                continue
            part = self._atom()
            if part is not None:
                parts.append(self._repeated(part))
        return ("cat", parts)

    def _repeated(self, part: _Part) -> _Part:
        bounds = self._repetition()
        if bounds is None:
            return part
        self._take("?")  # matching as little as possible matches the same whole names
        if self._repetition() is not None:
            raise InvalidRegex("invalid nested repetition operator")
        return ("repeat", part, *bounds)

    def _repetition(self) -> tuple[int, int | None] | None:
        for operator, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(operator):
                return bounds
        if not self._peek("{"):
            return None
        end = self._text.find("}", self._pos)
        first, comma, second = self._text[self._pos + 1 : max(end, self._pos)].partition(",")
        if not _is_number(first) or (second and not _is_number(second)):
            return None  # it stands for itself
        least = int(first)
        most = int(second) if second else (None if comma else least)
        if least > MAX_REPEAT or (most is not None and (most > MAX_REPEAT or most < least)):
            raise InvalidRegex("invalid repetition size")
        self._pos = end + 1
        return least, most

    def _atom(self) -> _Part | None:
        char = self._next("atom")
        match char:
            case "(":
                return self._group()
            case "[":
                return ("set", self._class())
            case ".":
                return ("set", LEGAL)
            case "^":
                return ("when", "begin")
            case "$":
                return ("when", "end")
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise InvalidRegex(f"missing argument to repetition operator: {char}")
            case "{":
                self._pos -= 1
                if self._repetition() is not None:
                    raise InvalidRegex("missing argument to repetition operator: {}")
                self._pos += 1
        return ("set", self._folded((char,)))

    def _group(self) -> _Part | None:
        if self._take("?"):
            is_behind = self._peek("<=") or self._peek("<!")
            if self._take("P<") or (not is_behind and self._take("<")):
                self._name()
            else:
                ignore_case, is_over = self._flags()
                if is_over:
                    self._ignore_case = ignore_case
                    return None
                return self._until_closed(ignore_case)
        return self._until_closed(self._ignore_case)

    def _until_closed(self, ignore_case: bool) -> _Part:
        before, self._ignore_case = self._ignore_case, ignore_case
        part = self._alternatives()
        self._ignore_case = before
        if not self._take(")"):
            raise InvalidRegex("missing closing )")
        return part

    def _name(self) -> None:
        end = self._text.find(">", self._pos)
        name = self._text[self._pos : max(end, self._pos)]
        if end < 0 or not name or not set(name) <= _WORD or name in self._names:
            raise InvalidRegex(f"invalid named capture: {name}")
        self._names.add(name)
        self._pos = end + 1

    def _flags(self) -> tuple[bool, bool]:
        """After `(?`: is case ignored from here, and does that hold for the rest of the enclosing group?"""
        sets, seen, ignore_case = True, False, self._ignore_case
        while True:
            char = self._next("closing )")
            if char in "imsU":
                seen = True
                if char == "i":
                    ignore_case = sets
            elif char == "-" and sets:
                sets, seen = False, False
            elif char in ":)" and (seen or sets):
                break
            else:
                raise InvalidRegex("invalid or unsupported Perl syntax")
        if char == ")" and not seen:
            raise InvalidRegex("missing argument to repetition operator: ?")
        return ignore_case, char == ")"

    def _escape(self) -> _Part:
        char = self._next("escape at end of expression")
        conditions = {"A": "begin", "z": "end", "b": "word", "B": "no word"}
        if char in conditions:
            return ("when", conditions[char])
        self._pos -= 1
        return ("set", self._escaped_class() or self._folded((self._escaped(),)))

    def _escaped_class(self) -> frozenset[str] | None:
        """`\\d` and its kin, `\\pN`; None when another escape follows."""
        char = self._next("escape at end of expression")
        if char in _PERL:
            return self._marked(_PERL[char])
        if char not in "pP":
            self._pos -= 1
            return None
        name = self._next("name of a character class")
        if name == "{":
            end = self._text.find("}", self._pos)
            if end < 0:
                raise InvalidRegex("invalid character class range")
            name = self._text[self._pos : end]
            self._pos = end + 1
        negated = (char == "P") != name.startswith("^")
        found = _UNICODE.get(name.removeprefix("^"))
        if found is None:
            raise InvalidRegex(f"invalid character class range: {name}")
        found = self._folded(found)
        return self._marked(LEGAL - found if negated else found)

    @staticmethod
    def _marked(chars: frozenset[str]) -> frozenset[str]:
        """A class may be empty and is a class all the same: a character that no name has stands in it."""
        return chars or frozenset("\0")

    def _escaped(self) -> str:
        """One character behind a backslash."""
        char = self._next("escape at end of expression")
        if char in _CONTROL:
            return _CONTROL[char]
        if char in punctuation:
            return char
        if char in "01234567":
            octal = char
            while len(octal) < 3 and self._pos < len(self._text) and self._text[self._pos] in "01234567":
                octal += self._next("")
            if char == "0" or len(octal) > 1:
                return chr(int(octal, 8))
        if char == "x":
            if self._take("{"):
                end = self._text.find("}", self._pos)
                code = self._text[self._pos : max(end, self._pos)]
                self._pos = end + 1
            else:
                code = self._text[self._pos : self._pos + 2]
                self._pos += 2
                if len(code) < 2:
                    code = ""
            if code and set(code) <= _POSIX["xdigit"] and int(code, 16) <= 0x10FFFF:
                return chr(int(code, 16))
        raise InvalidRegex(f"invalid escape sequence: \\{char}")

    def _class(self) -> frozenset[str]:
        """After `[`."""
        negated = self._take("^")
        chars: set[str] = set()
        first = True
        while first or not self._peek("]"):
            first = False
            posix = self._posix_class()
            if posix is not None:
                chars |= posix
                continue
            if self._take("\\"):
                found = self._escaped_class()
                if found is not None:
                    chars |= found
                    continue
                low = self._escaped()
            else:
                low = self._next("closing ]")
            high = low
            if self._peek("-") and self._text[self._pos + 1 : self._pos + 2] not in ("]", ""):
                self._pos += 1
                high = self._escaped() if self._take("\\") else self._next("closing ]")
                if high < low:
                    raise InvalidRegex(f"invalid character class range: {low}-{high}")
            chars |= self._folded(char for char in LEGAL if low <= char <= high)
            if self._pos >= len(self._text):
                raise InvalidRegex("missing closing ]")
        self._pos += 1
        return LEGAL - chars if negated else frozenset(chars)

    def _posix_class(self) -> frozenset[str] | None:
        if not self._peek("[:"):
            return None
        end = self._text.find(":]", self._pos)
        if end < 0:
            return None
        name = self._text[self._pos + 2 : end]
        found = _POSIX.get(name.removeprefix("^"))
        if found is None:
            raise InvalidRegex(f"invalid character class range: [:{name}:]")
        self._pos = end + 2
        found = self._folded(found)
        return LEGAL - found if name.startswith("^") else found

    def _folded(self, chars: Iterable[str]) -> frozenset[str]:
        found = frozenset(chars)
        if self._ignore_case:
            found |= {char.lower() for char in found} | {char.upper() for char in found}
        return found

    # Compiling

    def _compile(self, part: _Part) -> tuple[int, int]:
        """The first and the last state of a part."""
        program = self._program
        match part:
            case ("set", frozenset() as chars):
                start, end = program.state(), program.state()
                program.taken[start] = chars
                program.following[start] = end
            case ("when", str() as name):
                start, end = program.state(), program.state()
                program.link(start, end, _CONDITIONS[name])
            case ("cat", list() as parts):
                start = end = program.state()
                for each in parts:
                    first, last = self._compile(each)
                    program.link(end, first)
                    end = last
            case ("or", list() as branches):
                start, end = program.state(), program.state()
                for each in branches:
                    first, last = self._compile(each)
                    program.link(start, first)
                    program.link(last, end)
            case ("repeat", tuple() as each, int() as least, most):
                start, end = self._compile_repeat(each, least, most if isinstance(most, int) else None)
            case _:
                raise AssertionError(part)
        return start, end

    def _compile_repeat(self, part: _Part, least: int, most: int | None) -> tuple[int, int]:
        program = self._program
        start = end = program.state()
        for _ in range(least):
            first, last = self._compile(part)
            program.link(end, first)
            end = last
        if most is None:
            first, last = self._compile(part)
            stop = program.state()
            program.link(end, stop)
            program.link(stop, first)
            program.link(last, stop)
            return start, stop
        stop = program.state()
        program.link(end, stop)
        for _ in range(most - least):
            first, last = self._compile(part)
            program.link(end, first)
            program.link(last, stop)
            end = last
        return start, stop


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6
