# SPDX-License-Identifier: Apache-2.0
"""CRDs whose schemas are not structural, or otherwise refused."""
from typing import Any

NAME = "bads.example.com"
TARGET = {"apiVersion": "apiextensions.k8s.io/v1", "plural": "customresourcedefinitions", "kind": "CustomResourceDefinition", "cluster": "yes", "name": NAME}


def crd(schema: Any, **version: Any) -> dict[str, Any]:
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": NAME}, "spec": {
        "group": "example.com", "scope": "Namespaced", "names": {"plural": "bads", "singular": "bad", "kind": "Bad", "listKind": "BadList"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}} | version]}}


def case(name: str, schema: Any, **version: Any) -> dict[str, Any]:
    return {"name": name, "target": TARGET, "steps": [{"do": "create", "dry": True, "validation": "Ignore", "body": crd(schema, **version)}]}


def spec(name: str, field: Any, **more: Any) -> dict[str, Any]:
    return case(name, {"type": "object", "properties": {"spec": {"type": "object", "properties": {"f": field} | more}}})


S = {"type": "string"}
CASES = [
    case("no type at the root", {"properties": {"spec": {"type": "object"}}}),
    case("a root that is no object", {"type": "string"}),
    case("a root that preserves", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
    case("an empty schema", {}),
    spec("a field without a type", {}),
    spec("a field that preserves and has no type", {"x-kubernetes-preserve-unknown-fields": True}),
    spec("an unknown type", {"type": "text"}),
    spec("the type null", {"type": "null"}),
    spec("items without a type", {"type": "array", "items": {}}),
    spec("an array without items", {"type": "array"}),
    spec("items as a list", {"type": "array", "items": [S]}),
    spec("properties and additionalProperties", {"type": "object", "properties": {"a": S}, "additionalProperties": S}),
    spec("additionalProperties false", {"type": "object", "additionalProperties": False}),
    spec("additionalProperties true", {"type": "object", "additionalProperties": True}),
    spec("additionalProperties without a type", {"type": "object", "additionalProperties": {}}),
    spec("a reference", {"$ref": "#/definitions/x"}),
    spec("definitions", {"type": "object", "definitions": {"a": S}}),
    spec("dependencies", {"type": "object", "dependencies": {"a": ["b"]}}),
    spec("pattern properties", {"type": "object", "patternProperties": {"a": S}}),
    spec("unique items", {"type": "array", "uniqueItems": True, "items": S}),
    spec("additional items", {"type": "array", "additionalItems": True, "items": S}),
    spec("an id", {"type": "string", "id": "x"}),
    spec("a type inside allOf", {"type": "string", "allOf": [{"type": "string"}]}),
    spec("a default inside anyOf", {"type": "string", "anyOf": [{"default": "x"}]}),
    spec("a description inside oneOf", {"type": "string", "oneOf": [{"description": "x"}]}),
    spec("nullable inside not", {"type": "string", "not": {"nullable": True}}),
    spec("a title inside not", {"type": "string", "not": {"title": "x"}}),
    spec("additionalProperties inside allOf", {"type": "object", "allOf": [{"additionalProperties": S}]}),
    spec("a property inside allOf that is not outside", {"type": "object", "properties": {"a": S}, "allOf": [{"properties": {"b": {"minLength": 1}}}]}),
    spec("a property inside allOf that is outside", {"type": "object", "properties": {"a": S}, "allOf": [{"properties": {"a": {"minLength": 1}}}]}),
    spec("items inside anyOf without items outside", {"type": "object", "anyOf": [{"items": {"minLength": 1}}]}),
    spec("preserving inside allOf", {"type": "object", "allOf": [{"x-kubernetes-preserve-unknown-fields": True}]}),
    spec("int or string", {"x-kubernetes-int-or-string": True}),
    spec("int or string with a type", {"x-kubernetes-int-or-string": True, "type": "string"}),
    spec("int or string with anyOf", {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
    spec("int or string with another anyOf", {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "boolean"}]}),
    spec("int or string in allOf", {"x-kubernetes-int-or-string": True, "allOf": [{"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"pattern": "^x"}]}),
    spec("int or string false", {"x-kubernetes-int-or-string": False}),
    spec("preserving false", {"type": "object", "x-kubernetes-preserve-unknown-fields": False}),
    spec("preserving of a string", {"type": "string", "x-kubernetes-preserve-unknown-fields": True}),
    spec("embedded of a string", {"type": "string", "x-kubernetes-embedded-resource": True}),
    spec("embedded without anything", {"type": "object", "x-kubernetes-embedded-resource": True}),
    spec("embedded that preserves", {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True}),
    spec("embedded with metadata limits", {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object", "additionalProperties": S}}}}}),
    case("metadata limits", {"type": "object", "properties": {"metadata": {"type": "object", "properties": {"name": {"type": "string", "pattern": "^a"}}}}}),
    case("metadata with labels", {"type": "object", "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}}}),
    case("metadata of another type", {"type": "object", "properties": {"metadata": {"type": "string"}}}),
    case("a kind of another type", {"type": "object", "properties": {"kind": {"type": "integer"}}}),
    case("an apiVersion with an enum", {"type": "object", "properties": {"apiVersion": {"type": "string", "enum": ["x"]}}}),
    spec("a list type of a string", {"type": "string", "x-kubernetes-list-type": "set"}),
    spec("an unknown list type", {"type": "array", "items": S, "x-kubernetes-list-type": "bag"}),
    spec("a set of strings", {"type": "array", "items": S, "x-kubernetes-list-type": "set"}),
    spec("a set of objects", {"type": "array", "items": {"type": "object", "properties": {"a": S}}, "x-kubernetes-list-type": "set"}),
    spec("a set of atomic objects", {"type": "array", "items": {"type": "object", "x-kubernetes-map-type": "atomic", "properties": {"a": S}}, "x-kubernetes-list-type": "set"}),
    spec("a set of lists", {"type": "array", "items": {"type": "array", "items": S}, "x-kubernetes-list-type": "set"}),
    spec("a set of nullables", {"type": "array", "items": {"type": "string", "nullable": True}, "x-kubernetes-list-type": "set"}),
    spec("a map list without keys", {"type": "array", "items": {"type": "object", "properties": {"a": S}}, "x-kubernetes-list-type": "map"}),
    spec("keys without a map list", {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": S}}, "x-kubernetes-list-map-keys": ["a"]}),
    spec("keys of a set", {"type": "array", "items": S, "x-kubernetes-list-type": "set", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a map list of strings", {"type": "array", "items": S, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a key that is no property", {"type": "array", "items": {"type": "object", "properties": {"a": S}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["b"]}),
    spec("a key that is optional", {"type": "array", "items": {"type": "object", "properties": {"a": S}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a key with a default", {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a key that is nullable", {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "nullable": True}}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a key that is a map", {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": {"type": "object"}}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"]}),
    spec("a key twice", {"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": S}}, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a", "a"]}),
    spec("a map type of a list", {"type": "array", "items": S, "x-kubernetes-map-type": "atomic"}),
    spec("an unknown map type", {"type": "object", "x-kubernetes-map-type": "bag"}),
    spec("a pattern that is none", {"type": "string", "pattern": "["}),
    spec("a default that fits", {"type": "string", "default": "x"}),
    spec("a default of another type", {"type": "string", "default": 1}),
    spec("a default beyond limits", {"type": "integer", "maximum": 5, "default": 6}),
    spec("a default with unknown fields", {"type": "object", "properties": {"a": S}, "default": {"b": 1}}),
    spec("a null default", {"type": "string", "default": None}),
    spec("a null default that may be", {"type": "string", "nullable": True, "default": None}),
    case("a default at the root", {"type": "object", "default": {}}),
    case("a default in metadata", {"type": "object", "properties": {"metadata": {"type": "object", "properties": {"name": {"type": "string", "default": "x"}}}}}),
    spec("an enum of another type", {"type": "string", "enum": ["a", 1]}),
    spec("an enum twice", {"type": "string", "enum": ["a", "a"]}),
    spec("required twice", {"type": "object", "required": ["a", "a"], "properties": {"a": S}}),
    spec("required without a property", {"type": "object", "required": ["zz"], "properties": {"a": S}}),
    spec("exclusiveMinimum without minimum", {"type": "integer", "exclusiveMinimum": True}),
    spec("a negative minLength", {"type": "string", "minLength": -1}),
    spec("multipleOf zero", {"type": "integer", "multipleOf": 0}),
    spec("nullable with an enum", {"type": "string", "nullable": True, "enum": ["a"]}),
    spec("two things at once", {"type": "array"}, g={}),
    spec("a rule", {"type": "string", "x-kubernetes-validations": [{"rule": "self != ''", "message": "m"}]}),
    spec("a rule without a text", {"type": "string", "x-kubernetes-validations": [{"rule": " "}]}),
    spec("a rule with a bad reason", {"type": "string", "x-kubernetes-validations": [{"rule": "self == ''", "reason": "Bad"}]}),
    spec("a rule whose message breaks", {"type": "string", "x-kubernetes-validations": [{"rule": "self == ''", "message": "a\nb"}]}),
    spec("a rule over lines without a message", {"type": "string", "x-kubernetes-validations": [{"rule": "self ==\n ''"}]}),
    spec("a rule with a bad field path", {"type": "object", "properties": {"a": S}, "x-kubernetes-validations": [{"rule": "has(self.a)", "fieldPath": ".b"}]}),
    case("two versions of one schema", {"type": "object", "properties": {"spec": {}}}),
]
for version, schema in (("v2", {"type": "object", "properties": {"spec": {"type": "array"}}}),):
    other = crd({"type": "object", "properties": {"spec": {}}})
    other["spec"]["versions"].append({"name": version, "served": True, "storage": False, "schema": {"openAPIV3Schema": schema}})
    CASES.append({"name": "two versions of two schemas", "target": TARGET, "steps": [{"do": "create", "dry": True, "validation": "Ignore", "body": other}]})
