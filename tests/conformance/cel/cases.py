# SPDX-License-Identifier: Apache-2.0
"""Turns cases of cel-spec (SimpleTest messages) into what cel-spec-runner reads.

What a case uses and the runner has no word for (protobuf messages, declared functions) makes `Unsupported`: such a case is either
listed in not_claimed.json or differs.
"""
from __future__ import annotations

import base64
from typing import Any

from textproto import Message

PRIMITIVE = {"BOOL": "bool", "INT64": "int", "UINT64": "uint", "DOUBLE": "double", "STRING": "string", "BYTES": "bytes"}
WELL_KNOWN = {"TIMESTAMP": "timestamp", "DURATION": "duration"}
ABSENT: list[Any] = []


class Unsupported(Exception):
    """The case needs something that is not of the language core."""


def text(raw: bytes) -> str:
    return raw.decode()


def first(message: Message, name: str) -> Any:
    return message.get(name, [None])[0]


def object_value(message: Message) -> dict[str, Any]:
    (name, (inside,)), = message.items()
    kind = name.strip("[]").rpartition("/")[2]
    seconds, nanos = first(inside, "seconds") or 0, first(inside, "nanos") or 0
    if kind == "google.protobuf.Timestamp":
        import datetime
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
        return {"timestamp": f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}.{nanos:09}Z"}
    if kind == "google.protobuf.Duration":
        return {"duration": f"{seconds * 1_000_000_000 + nanos}ns"}
    raise Unsupported(f"a message {kind}")


def value(message: Message) -> dict[str, Any]:
    (kind, (inside, *_)), = message.items()
    if kind in ("int64_value", "uint64_value"):
        return {kind[:-8]: str(inside)}
    if kind == "double_value":
        return {"double": repr(float(inside))}
    if kind in ("string_value", "type_value"):
        return {kind[:-6]: text(inside)}
    if kind == "bytes_value":
        return {"bytes": base64.b64encode(inside).decode()}
    if kind == "bool_value":
        return {"bool": bool(inside)}
    if kind == "null_value":
        return {"null": True}
    if kind == "list_value":
        return {"list": [value(item) for item in inside.get("values", ABSENT)]}
    if kind == "map_value":
        entries = [[value(first(entry, "key")), value(first(entry, "value"))] for entry in inside.get("entries", ABSENT)]
        return {"map": entries}
    if kind == "object_value":
        return object_value(inside)
    raise Unsupported(f"a {kind}")


def rename(tagged: dict[str, Any]) -> dict[str, Any]:
    return {{"int64": "int", "uint64": "uint"}.get(tag, tag): rename_inside(tag, inside) for tag, inside in tagged.items()}


def rename_inside(tag: str, inside: Any) -> Any:
    if tag == "list":
        return [rename(item) for item in inside]
    if tag == "map":
        return [[rename(key), rename(item)] for key, item in inside]
    if tag == "type":
        return {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration", "null_type": "null"}.get(inside, inside)
    return inside


def type_text(message: Message, optional: str) -> str:
    """As declarations write it (optional: "optional") or as results print it ("optional_type")."""
    (kind, (inside, *_)), = message.items()
    if kind == "primitive":
        return PRIMITIVE[inside]
    if kind == "well_known" and inside in WELL_KNOWN:
        return WELL_KNOWN[inside]
    if kind == "message_type" and text(inside) in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        return text(inside).rpartition(".")[2].lower()
    if kind in ("dyn", "null"):
        return kind
    if kind == "list_type":
        return f"list({type_text(first(inside, 'elem_type'), optional)})"
    if kind == "map_type":
        return f"map({type_text(first(inside, 'key_type'), optional)}, {type_text(first(inside, 'value_type'), optional)})"
    if kind == "type":
        return f"type({type_text(inside, optional)})"
    if kind == "abstract_type" and text(first(inside, "name")) == "optional_type":
        return f"{optional}({type_text(first(inside, 'parameter_types'), optional)})"
    raise Unsupported(f"a declared type {kind} {inside}")


def declared(entry: Message) -> tuple[str, str]:
    if "ident" not in entry:
        raise Unsupported("a declared function")
    return text(first(entry, "name")), type_text(first(first(entry, "ident"), "type"), "optional")


def convert(case: Message, identity: str) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": identity,
        "expr": text(first(case, "expr")),
        "container": text(first(case, "container") or b""),
        "check": not first(case, "disable_check"),
        "check_only": bool(first(case, "check_only")),
        "types": dict(declared(entry) for entry in case.get("type_env", ABSENT)),
        "bindings": {text(first(entry, "key")): rename(value(first(first(entry, "value"), "value")))
                     for entry in case.get("bindings", ABSENT)},
    }
    typed = first(case, "typed_result")
    if typed is not None:
        out["type"] = type_text(first(typed, "deduced_type"), "optional_type")
        if "result" in typed:
            out["value"] = rename(value(first(typed, "result")))
    if "value" in case:
        out["value"] = rename(value(first(case, "value")))
    if "eval_error" in case or "any_eval_errors" in case:
        out["error"] = True
        errors = (first(case, "eval_error") or {}).get("errors", ABSENT)
        out["message"] = text(first(errors[0], "message") or b"") if errors else ""
    if "unknown" in case or "any_unknowns" in case:
        raise Unsupported("unknown values")
    return out
