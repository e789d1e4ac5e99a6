# SPDX-License-Identifier: Apache-2.0
"""What a schema refuses, fills in and drops."""
from typing import Any

TARGET = {"apiVersion": "example.com/v1", "plural": "checks", "kind": "Check"}


def check(spec: Any, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Check", "metadata": {}, "spec": spec} | more


def bad(name: str, spec: Any) -> dict[str, Any]:
    return {"name": name, "target": TARGET, "steps": [{"do": "create", "body": check({"size": 1} | spec)}]}


def raw(name: str, *bodies: Any) -> dict[str, Any]:
    return {"name": name, "target": TARGET, "steps": [{"do": "create" if i == 0 else "update", "body": body} for i, body in enumerate(bodies)]}


def validated(name: str, mode: str, body: Any) -> dict[str, Any]:
    return {"name": name, "target": TARGET, "steps": [{"do": "create", "validation": mode, "body": body}]}



CASES = [
    bad("fine", {}),
    raw("no spec", {"apiVersion": "example.com/v1", "kind": "Check", "metadata": {}}),
    raw("a required field is missing", check({})),
    raw("a null required field", check({"size": None})),
    raw("a spec of another type", check("x")),
    raw("a null spec", check(None)),
    bad("below minimum", {"size": 0}),
    bad("above maximum", {"size": 10}),
    bad("an integer written as a string", {"size": "1"}),
    bad("an integer with a fraction", {"size": 1.5}),
    bad("an integer written with a point", {"size": 2.0}),
    bad("an integer that is a list", {"size": [1]}),
    bad("an integer that is a map", {"size": {"a": 1}}),
    bad("an integer that is true", {"size": True}),
    bad("exclusive minimum", {"odd": 0}),
    bad("exclusive maximum", {"odd": 100}),
    bad("not a multiple", {"odd": 3}),
    bad("too large for int32", {"small": 3000000000}),
    bad("ratio below", {"ratio": 0.25}),
    bad("ratio above", {"ratio": 2}),
    bad("ratio not a multiple", {"ratio": 0.6}),
    bad("an unsupported text", {"mode": "medium"}),
    bad("an unsupported number", {"level": 4}),
    bad("an unsupported mixed", {"mixed": "b"}),
    bad("too short", {"text": "a"}),
    bad("too long", {"text": "abcde"}),
    bad("length counts characters", {"text": "äöüß"}),
    bad("a text that is a number", {"text": 12}),
    bad("pattern", {"name": "Bad_Name"}),
    bad("pattern with digits", {"version": "7"}),
    bad("pattern fits", {"version": "7.0.1", "name": "a-b"}),
    bad("too few items", {"list": []}),
    bad("too many items", {"list": ["a", "b", "c", "d"]}),
    bad("an item of another type", {"list": ["a", 1]}),
    bad("a list that is a text", {"list": "a"}),
    bad("a set with duplicates", {"set": ["a", "b", "a", "a", "b"]}),
    bad("a map list with duplicates", {"members": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}),
    bad("a map list with duplicate pairs", {"pairs": [{"a": "1", "b": "2"}, {"a": "1", "b": "2"}]}),
    bad("a map list without its key", {"members": [{"value": 1}]}),
    bad("below a map list", {"members": [{"name": "a", "value": 6}]}),
    bad("too few properties", {"labels": {}}),
    bad("too many properties", {"labels": {"a": "1", "b": "2", "c": "3"}}),
    bad("a map value too long", {"labels": {"a.b/c": "1234"}}),
    bad("a map value of another type", {"labels": {"a": 1}}),
    bad("a boolean that is a text", {"flag": "true"}),
    bad("a null that may be", {"maybe": None}),
    bad("a null that may not be", {"flag": None, "text": None}),
    bad("an int or string that is a boolean", {"port": True}),
    bad("an int or string", {"port": "http", "strictPort": 5}),
    bad("an int or string with a pattern", {"strictPort": "5"}),
    bad("a null list item", {"list": ["a", None]}),
    *[bad(f"format {field} {i}", {field: value}) for field, values in {
        "when": ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123+02:00", "2026-01-01", "x"], "day": ["2026-01-31", "2026-02-31", "x"],
        "span": ["1h30m", "2 days", "x", "-5s"], "ip4": ["10.0.0.1", "10.0.0.256", "::1"], "ip6": ["::1", "10.0.0.1", "g::"],
        "net": ["10.0.0.0/8", "10.0.0.0", "10.0.0.0/33", "fe80::/10"], "id": ["6f1e6a5e-6c2a-4b6e-9b57-8d0ab7d3f0a1", "6F1E6A5E6C2A4B6E9B578D0AB7D3F0A1", "x"],
        "link": ["http://a.b/c", "/path", "x y", "noscheme"], "mail": ["a@b.c", "x"], "host": ["a.b", "-a", "a_b"], "mac": ["00:11:22:33:44:55", "x"],
        "bytes": ["AAAA", "A", "?"], "secret": ["anything"], "odder": ["anything"]}.items() for i, value in enumerate(values)],
    bad("one of none", {"one": {}}),
    bad("one of both", {"one": {"a": "1", "b": "2"}}),
    bad("any of none", {"any": {}}),
    bad("all of one", {"all": {"a": "1"}}),
    bad("not both", {"none": {"a": "1", "b": "2"}}),
    bad("deep", {"deep": {"x": {}}}),
    bad("several at once", {"mode": "x", "text": "a", "size": 0, "list": []}),
    bad("an embedded resource without kind", {"embedded": {"apiVersion": "v1"}}),
    bad("an embedded resource with bad metadata", {"embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a/b", "labels": {"-x": "y z"}}}}),
    bad("an embedded resource", {"embedded": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "labels": {"a": "b"}, "foo": 1}, "any": 1}}),
    bad("an embedded resource is pruned", {"template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"a": 1, "b": 2}, "foo": 1}}),
    bad("an embedded kind that is no kind", {"template": {"apiVersion": "a/b/c", "kind": "9x"}}),
    bad("defaults", {"items": [{"k": "a"}, {"d": "e"}], "table": {"x": {}, "y": {"d": 1}}}),
    bad("defaults below what is given", {"defaulted": {"b": {}, "a": "y"}}),
    bad("nulls and defaults", {"defaulted": {"a": None, "n": None, "b": None}}),
    bad("a null with a default", {"defaulted": None}),
    bad("unknown fields are dropped", {"foo": 1, "deep": {"x": {"y": "z", "bar": 1}}, "closed": {"a": 1}, "free": {"x": {"y": 1}, "known": {"a": "b", "c": "d"}}, "items": [{"zz": 1}]}),
    validated("strict", "Strict", check({"size": 1, "foo": 1, "deep": {"x": {"y": "z", "bar": 1}}, "closed": {"a": 1}, "free": {"x": 1, "known": {"c": "d"}}, "items": [{"zz": 1}], "labels": {"a": "b"}}, extra=1)),
    validated("strict metadata", "Strict", check({"size": 1, "template": {"apiVersion": "v1", "kind": "X", "metadata": {"foo": 1}}}) | {"metadata": {"foo": 1, "labels": {"a": "b"}}}),
    validated("warn", "Warn", check({"size": 1, "foo": 1, "closed": {"b": 1, "a": 2}})),
    validated("ignore", "Ignore", check({"size": 1, "foo": 1})),
    raw("an update is judged too", check({"size": 1}), check({"size": 10})),
]
