"""Whether a name that a document gives stands in the code."""

from __future__ import annotations

from importlib import import_module


def stands_in_the_code(name: str) -> bool:
    """A dotted path below jingming: a module, or something that a module or a class of it holds."""
    parts, module = name.split("."), import_module("jingming")
    while parts:
        try:
            module = import_module(f"{module.__name__}.{parts[0]}")
        except ImportError:
            break
        parts.pop(0)
    found: object = module
    for part in parts:
        if not hasattr(found, part) and part not in getattr(found, "__annotations__", {}):
            return False
        found = getattr(found, part, None)
    return module.__name__ != "jingming"
