"""Who a name and a password belong to: allauth's backend, which takes as long where nobody has the name."""

from __future__ import annotations

import secrets
from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password


class StaffBackend(AuthenticationBackend):
    """A password is looked at for nobody too."""

    def _mitigate_timing_attack(self, password: str) -> None:
        # To look at a hash takes 118 ms and to make one 119, measured with Argon2: a thousand tries would tell.
        check_password(password, _hash_of_nothing(settings.PASSWORD_HASHERS[0]))


@cache
def _hash_of_nothing(_hasher: str) -> str:
    return make_password(secrets.token_hex())
