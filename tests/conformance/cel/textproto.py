# SPDX-License-Identifier: Apache-2.0
"""Reads protobuf's text format into dictionaries, without a schema: each name holds the list of its values, in order.

A scalar is int, float or bool where it looks like one, bytes where it was quoted, and otherwise the word itself (an enum).
"""
from __future__ import annotations

import re
from typing import Any

Message = dict[str, list[Any]]

TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      |(?P<word>[-+]?[A-Za-z0-9_.][A-Za-z0-9_.+-]*)
      |(?P<mark>[{}<>\[\]:,;/])""", re.VERBOSE)
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.DOTALL)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def unquote(quoted: str) -> bytes:
    out, at, text = b"", 0, quoted[1:-1]
    for match in ESCAPE.finditer(text):
        out += text[at:match.start()].encode()
        byte, short, long, octal, plain = match.groups()
        if byte or octal:
            out += bytes([int(byte, 16) if byte else int(octal, 8) & 0xFF])
        elif short or long:
            out += chr(int(short or long, 16)).encode()
        else:
            out += PLAIN.get(plain, plain).encode()
        at = match.end()
    return out + text[at:].encode()


def tokens(text: str) -> list[tuple[str, str]]:
    out, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"line {text.count(chr(10), 0, at) + 1}: no token at {text[at:at + 20]!r}")
        if match.lastgroup != "space":
            out.append((match.lastgroup or "", match.group()))
        at = match.end()
    return out


def scalar(word: str) -> int | float | bool | str:
    if word in ("true", "false"):
        return word == "true"
    for kind in (lambda w: int(w, 0), lambda w: float(w.rstrip("f")) if w[-1:].isdigit() or w[-1:] in "f." else float(w)):
        try:
            return kind(word)
        except ValueError:
            pass
    return word


class Reader:
    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *wanted: str) -> str | None:
        kind, text = self.peek()
        if kind == "mark" and text in wanted:
            self.at += 1
            return text
        return None

    def name(self) -> str:
        if not self.take("["):
            self.at += 1
            return self.tokens[self.at - 1][1]
        name = ""
        while not self.take("]"):
            name += self.peek()[1]
            self.at += 1
        return f"[{name}]"

    def value(self) -> Any:
        kind, text = self.peek()
        if kind == "string":
            out = b""
            while self.peek()[0] == "string":
                out += unquote(self.peek()[1])
                self.at += 1
            return out
        opening = self.take("{", "<")
        if opening:
            return self.message("}" if opening == "{" else ">")
        if kind != "word":
            raise ValueError(f"a value cannot begin with {text!r}")
        self.at += 1
        return scalar(text)

    def message(self, closing: str | None) -> Message:
        out: Message = {}
        while not (closing and self.take(closing)):
            if self.peek()[0] == "end":
                if closing:
                    raise ValueError("a message has no end")
                break
            values = out.setdefault(self.name(), [])
            self.take(":")
            if self.take("["):
                while not self.take("]"):
                    values.append(self.value())
                    self.take(",")
            else:
                values.append(self.value())
            self.take(",", ";")
        return out


def parse(text: str) -> Message:
    return Reader(text).message(None)
