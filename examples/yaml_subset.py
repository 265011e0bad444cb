"""Reads the part of YAML that a training configuration needs, and refuses the rest.

Understood: one document of nested maps, whose values are plain, 'single' or "double" quoted
scalars, also ones that a YAML writer has folded over several lines; comments; a leading ---.
Refused, each with its line: lists, flow collections, block scalars, anchors, tags, duplicate keys.
"""

import re
from typing import NamedTuple


class YamlError(ValueError):
    """The text is not what this module reads; the message begins with the line."""

    def __init__(self, line, reason):
        super().__init__("line {}: {}".format(line, reason))


class Scalar(NamedTuple):
    """A value as it was written, without its quotes."""

    text: str
    line: int  # from 1
    quoted: bool


class Section(NamedTuple):
    """A map: values are Scalar or Section."""

    entries: dict
    line: int  # of the key that it belongs to; 1 for the whole document


KEY = re.compile(r"( *)([A-Za-z_][A-Za-z0-9_-]*) *:(?=[ \t]|$)[ \t]*(.*)")
QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "'": re.compile(r"'((?:[^']|'')*)'", re.DOTALL),
}
REFUSED = {
    "[": "lists are", "{": "maps in braces are", "|": "block text is", ">": "block text is",
    "&": "anchors are", "*": "aliases are", "!": "tags are", "%": "directives are",
    "@": "a value that begins with @ is", "`": "a value that begins with ` is",
}
# Control characters YAML forbids; the last three end a line in YAML 1.1 and do not in 1.2.
UNCLEAR = re.compile("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
FOLD = re.compile(r"[ \t]*\n[ \t\n]*")
ESCAPE = re.compile(
    r"\\\n[ \t\n]*"  # a line break that the writer put in and that does not count
    r"|[ \t]*\n[ \t\n]*"
    r"|\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
ESCAPED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}


def parse(text):
    """The document as a Section; raises YamlError."""
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        unclear = UNCLEAR.search(line)
        if unclear:
            raise YamlError(number, "the character U+{:04X} is not supported; write it as an "
                                    "escape in double quotes".format(ord(unclear.group())))
    reader = _Reader(lines)
    reader.skip_start_of_document()
    return reader.section(indent=0, line=1)


class _Reader:
    def __init__(self, lines):
        self._lines = lines
        self._at = 0  # index of the next line

    def skip_start_of_document(self):
        if self._find_content() and re.fullmatch(r"---[ \t]*(#.*)?", self._lines[self._at]):
            self._at += 1

    def section(self, indent, line):
        entries = {}
        while self._find_content() and self._indent() >= indent:
            number = self._at + 1
            if self._indent() > indent:
                raise YamlError(number, "indented too far")
            key, rest = self._key()
            if key in entries:
                raise YamlError(number, "{} is there twice".format(key))
            entries[key] = self._value(rest, indent)
        return Section(entries, line)

    def _find_content(self):
        """Goes to the next line that is neither blank nor a comment; False at the end."""
        while self._at < len(self._lines):
            if self._lines[self._at].strip(" \t") and not self._is_comment():
                return True
            self._at += 1
        return False

    def _is_comment(self):
        return self._lines[self._at].lstrip(" \t").startswith("#")

    def _indent(self):
        line = self._lines[self._at]
        indent = len(line) - len(line.lstrip(" "))
        if line[indent] == "\t":
            raise YamlError(self._at + 1, "indented with a tab; YAML wants spaces")
        return indent

    def _key(self):
        line = self._lines[self._at]
        found = KEY.fullmatch(line)
        if found:
            return found.group(2), found.group(3)
        if re.match(r" *-([ \t]|$)", line):
            raise YamlError(self._at + 1, "lists are not supported")
        if re.match(r"(---|\.\.\.)", line):
            raise YamlError(self._at + 1, "only one document is supported")
        raise YamlError(self._at + 1, "expected 'key: value'")

    def _value(self, rest, indent):
        number = self._at + 1
        if not rest or rest.startswith("#"):
            self._at += 1
            if self._find_content() and self._indent() > indent:
                return self.section(self._indent(), number)
            return Scalar("", number, quoted=False)
        if rest[0] in QUOTED:
            return self._quoted(rest)
        if rest[0] in REFUSED:
            raise YamlError(number, REFUSED[rest[0]] + " not supported; quote a value that is text")
        return self._plain(rest, indent)

    def _quoted(self, rest):
        number = self._at + 1
        remaining = "\n".join([rest] + self._lines[self._at + 1:])
        found = QUOTED[rest[0]].match(remaining)
        if not found:
            raise YamlError(number, "the quote {} is never closed".format(rest[0]))
        raw, self._at = found.group(1), self._at + found.group(1).count("\n") + 1
        after = remaining[found.end():].split("\n", 1)[0]
        if not re.fullmatch(r"[ \t]*|[ \t]+#.*", after):
            raise YamlError(self._at, "there is more after the closing quote: " + after.strip())
        if rest[0] == "'":
            return Scalar(FOLD.sub(_folded, raw).replace("''", "'"), number, quoted=True)
        return Scalar(_unescape(raw, number), number, quoted=True)

    def _plain(self, rest, indent):
        number = self._at + 1
        words, commented = self._plain_line(rest)
        self._at += 1
        parts = [words]
        while not commented and self._continues(indent):
            words, commented = self._plain_line(self._lines[self._at].strip(" \t"))
            parts.append(words)
            self._at += 1
        return Scalar(" ".join(parts), number, quoted=False)

    def _continues(self, indent):
        if self._at == len(self._lines) or not self._lines[self._at].strip(" \t"):
            return False
        return not self._is_comment() and self._indent() > indent

    def _plain_line(self, text):
        words = re.split(r"(?:^|[ \t])#", text, maxsplit=1)
        if re.search(r":([ \t]|$)", words[0]) or re.match(r"[-?]([ \t]|$)", words[0]):
            raise YamlError(self._at + 1, "a value cannot hold a key or a list; quote it if it is "
                                          "text, or put the key on a line of its own")
        return words[0].rstrip(" \t"), len(words) > 1


def _folded(found):
    breaks = found.group().count("\n")
    return " " if breaks == 1 else "\n" * (breaks - 1)


def _unescape(raw, line):
    def one(found):
        code = found.group(1) or found.group(2) or found.group(3)
        if code:
            return _character(int(code, 16), line)
        if found.group(4) is None:
            breaks = found.group().count("\n")
            return "\n" * (breaks - 1) if found.group()[0] == "\\" else _folded(found)
        if found.group(4) not in ESCAPED:
            raise YamlError(line, "unknown escape \\{}".format(found.group(4)))
        return ESCAPED[found.group(4)]

    try:  # a writer in Java may escape a character beyond the BMP as its two surrogates
        return ESCAPE.sub(one, raw).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise YamlError(line, "half of a surrogate pair") from None


def _character(code, line):
    if code > 0x10FFFF:
        raise YamlError(line, "no such character: U+{:X}".format(code))
    return chr(code)
