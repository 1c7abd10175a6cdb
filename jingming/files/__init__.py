"""Attachments: what may be handed in (rules.py), where the bytes lie (store.py), who may fetch them (access.py)."""
