"""Columns that give no number of anybody away.

Sealed ones are sealed on the way into the database and opened on the way out, and cannot be searched but for whole
numbers. Written ones are texts and JSON with a token in place of each number (vault.py): they come out with their
tokens, which are opened for whoever sees the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from jingming.base.errors import Unfit

from .sealing import seal, seal_number, unseal, unseal_number
from .vault import with_tokens

if TYPE_CHECKING:
    Text = models.TextField[Any, Any]  # what a column takes and gives, each class below says for itself
    Line = models.CharField[str, str]
    JSON = models.JSONField[Any, Any]
else:
    Text, Line, JSON = models.TextField, models.CharField, models.JSONField


class SealedTextField(Text):
    """Text that nobody reads out of the database alone."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def get_prep_value(self, value: object) -> str | None:
        prepared = super().get_prep_value(value)
        return prepared if prepared is None else seal(prepared, self.purpose)

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> object:
        return value if value is None else self.opened(value)

    def opened(self, sealed: str) -> object:
        """The value of a stored text, for whoever reads the column by hand."""
        return unseal(sealed, self.purpose)


class SealedJSONField(SealedTextField):
    """Plain JSON values, sealed as one text."""

    _pyi_private_set_type: Any  # whatever JSON can say
    _pyi_private_get_type: Any

    def get_prep_value(self, value: object) -> str | None:
        return None if value is None else super().get_prep_value(json.dumps(value, ensure_ascii=False))

    def opened(self, sealed: str) -> object:
        return json.loads(str(super().opened(sealed)))


class SealedNumberField(Line):
    """A phone number, or "" for none. It is found whole, in every column of this kind alike; a part of it is not."""

    def get_prep_value(self, value: object) -> str | None:
        prepared = super().get_prep_value(value)
        return seal_number(prepared) if prepared else prepared

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> str | None:
        return unseal_number(value) if value else value

    def get_lookup(self, lookup_name: str) -> type[models.Lookup[Any]] | None:
        """Only what sealed text can answer; Django says of everything else that it is not supported."""
        return super().get_lookup(lookup_name) if lookup_name in {"exact", "in", "isnull"} else None


def as_kept(column: str) -> Combinable:
    """The sealed text of a column, for whoever puts it beside others and opens it by hand."""
    return models.ExpressionWrapper(models.F(column), output_field=models.CharField())


class TooLong(Unfit):
    """Tokens are longer than their numbers, or than what is shown of them, and with them the text does not fit."""


def see_that_it_fits(column: models.Field[Any, Any], kept: object) -> None:
    """Raise TooLong for a text that is longer, with its tokens, than its column; for every way into the database."""
    if column.max_length and isinstance(kept, str) and len(kept) > column.max_length:
        sentence = _("This is too long to be kept with the phone and identity numbers in it. Shorten it.")
        raise TooLong(fields={column.name: sentence})


def _with_tokens(column: models.Field[Any, Any], value: object, connection: BaseDatabaseWrapper) -> object:
    if isinstance(value, str | Mapping | list | tuple):
        value = with_tokens(value, connection)
        see_that_it_fits(column, value)
    return value


class WrittenTextField(Text):
    """What somebody has written, with a token in place of each number of somebody."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str

    def get_db_prep_save(self, value: object, connection: BaseDatabaseWrapper) -> object:
        return super().get_db_prep_save(_with_tokens(self, value, connection), connection)


class WrittenLineField(Line):
    """The same on one line. A token is longer than its number: `max_length` leaves room for twice what forms allow, and
    what does not fit all the same is refused."""

    def get_db_prep_save(self, value: object, connection: BaseDatabaseWrapper) -> object:
        return super().get_db_prep_save(_with_tokens(self, value, connection), connection)


class WrittenJSONField(JSON):
    """Facts and values, with a token in place of each number of somebody, at any depth."""

    def get_db_prep_save(self, value: object, connection: BaseDatabaseWrapper) -> object:
        return super().get_db_prep_save(_with_tokens(self, value, connection), connection)
