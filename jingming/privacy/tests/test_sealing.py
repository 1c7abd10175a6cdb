"""What is sealed opens here, under any key that is kept, for its own purpose, and nowhere else."""

from __future__ import annotations

import base64
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from jingming.accounts.models import GivenAnswer, Staff
from jingming.base.clock import now
from jingming.intake import actions as intake
from jingming.interactions.models import Interaction
from jingming.privacy.actions import remember_keys
from jingming.privacy.keys import BadKeys, kept_keys, new_key, read_keys
from jingming.privacy.logs import MaskedFormatter
from jingming.privacy.migrating import sealing
from jingming.privacy.queries import strange_keys
from jingming.privacy.sealing import CannotOpen, keyed_hash, open_numbers, seal, seal_number, unseal, unseal_number
from jingming.workorders.models import WorkOrder
from jingming.workspace.models import Draft

MATTER = {"type": "repair", "description": "灶前无气", "caller_phone": "13800000417"}


def an_order(agent: Staff) -> WorkOrder:
    contact = intake.Contact(channel="phone", party_phone="13800000417")
    order = intake.take(contact, intake.Matter(**MATTER), by=agent, at=now()).order
    assert order is not None
    return order


@given(st.text().filter(lambda text: "\x00" not in text and text.isprintable()))
def test_what_was_sealed_opens_and_cannot_be_read(text: str):
    sealed = seal(text, "a.B.c")
    assert unseal(sealed, "a.B.c") == text
    assert len(text) < 4 or text not in sealed


def test_a_sealed_text_opens_for_its_purpose_only_and_not_when_changed():
    sealed = seal("13800000417", "a.B.c")
    for other, purpose in [
        (sealed, "a.B.d"),
        (sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"), "a.B.c"),
        (sealed.replace("sealed:1:", "sealed:7:"), "a.B.c"),
        ("13800000417", "a.B.c"),
        ("sealed:1:!", "a.B.c"),
    ]:
        with pytest.raises(CannotOpen):
            unseal(other, purpose)


def test_a_new_key_seals_and_the_old_one_still_opens(settings: Settings):
    old = seal("13800000417", "a.B.c")
    settings.DATA_KEYS = f"{settings.DATA_KEYS.strip()},{new_key(2)}"
    assert unseal(old, "a.B.c") == "13800000417"
    assert seal("13800000417", "a.B.c").startswith("sealed:2:")
    settings.DATA_KEYS = new_key(2)
    with pytest.raises(CannotOpen):
        unseal(old, "a.B.c")


def test_many_processes_that_begin_at_once_have_one_key(tmp_path: Path):
    with ThreadPoolExecutor(16) as pool:
        texts = set(pool.map(lambda _: kept_keys(tmp_path), range(64)))
    assert len(texts) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data-keys"]
    assert (tmp_path / "data-keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:short",
        "x:" + "A" * 43 + "=",
        f"1:{43 * 'A'}=,1:{43 * 'A'}=",
        "1:" + base64.b64encode(b"31 bytes" * 4)[:-4].decode(),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(text: str):
    with pytest.raises(BadKeys):
        read_keys(text)


def kept(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # two names of this test
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_kept_answer_and_a_draft_are_sealed_in_the_database(agent: Staff):
    body = json.dumps({"phone": "13800000417"})
    GivenAnswer.objects.create(staff=agent, key="k", digest="d", status=201, body=body, at=now())
    Draft.objects.create(
        staff=agent, place="intake", key="k", content={"phone": ["13800000417"]}, began_at=now(), updated_at=now()
    )
    Draft.objects.update(content={"phone": ["0562-2831100"]})
    assert GivenAnswer.objects.get().body == body
    assert Draft.objects.get().content == {"phone": ["0562-2831100"]}
    for text in (kept("accounts_givenanswer", "body"), kept("workspace_draft", "content")):
        assert text.startswith("sealed:1:")
        assert not {"phone", "138", "0417", "2831100"} & set(text.replace(":", " ").split())


def test_the_log_repeats_no_number_of_anybody():
    try:
        raise ValueError("no such phone: 138 0000 0417")
    except ValueError as error:
        record = logging.LogRecord(
            "jingming",
            logging.ERROR,
            __file__,
            1,
            "asked for %s",
            ("0562-2831100",),
            (type(error), error, error.__traceback__),
        )
    line = MaskedFormatter("%(levelname)s %(message)s").format(record)
    assert line.splitlines()[0] == "ERROR asked for *******1100"
    assert line.splitlines()[-1] == "ValueError: no such phone: 138****0417"


@pytest.mark.django_db
def test_a_machine_with_another_key_is_told_so(settings: Settings):
    remember_keys()
    assert strange_keys() == []
    settings.DATA_KEYS = new_key(1)
    remember_keys()
    assert strange_keys() == [1]
    settings.DATA_KEYS = new_key(2)
    assert strange_keys() == [1]


@pytest.mark.django_db
def test_a_number_is_found_whole_and_only_whole(agent: Staff):
    order = an_order(agent)
    assert WorkOrder.objects.get(caller_phone="13800000417").pk == order.pk
    assert WorkOrder.objects.get(pk=order.pk).caller_phone == "13800000417"
    assert Interaction.objects.get(party_phone="13800000417").order_id == order.pk
    with pytest.raises(FieldError):
        WorkOrder.objects.filter(caller_phone__contains="0417").exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT caller_phone, party_phone FROM workorders_workorder o"
            " JOIN interactions_interaction c ON c.id = o.interaction_id"
        )
        [(of_order, of_contact)] = cursor.fetchall()
    assert of_order == of_contact
    assert of_order.startswith("sealed:1:")


def test_a_new_key_divides_no_numbers(settings: Settings):
    before = seal_number("13800000417")
    settings.DATA_KEYS = f"{settings.DATA_KEYS.strip()},{new_key(2)}"
    assert seal_number("13800000417") == before
    assert unseal_number(before) == "13800000417"


def test_a_new_key_changes_no_hash_by_which_numbers_are_found(settings: Settings):
    before = keyed_hash("four", "0417")
    settings.DATA_KEYS = f"{settings.DATA_KEYS.strip()},{new_key(2)}"
    assert keyed_hash("four", "0417") == before
    assert 0 <= before < 2**31
    settings.DATA_KEYS = new_key(1)
    assert keyed_hash("four", "0417") != before


def test_sealed_numbers_that_stand_in_a_text_are_opened():
    text = f"{seal_number('13800000417')}, {seal_number('110')}"
    assert open_numbers(text) == "13800000417, 110"
    assert open_numbers("2831100") == "2831100"


@pytest.mark.django_db
def test_what_was_plain_before_there_were_keys_is_sealed_once(agent: Staff, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jingming.privacy.migrating.BATCH", 2)
    orders = [an_order(agent) for _one in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workorders_workorder SET caller_phone = '13800000417'")
        operation = sealing("workorders_workorder", "caller_phone", seal_number)
        for _twice in range(2):
            operation.code(None, connection.schema_editor())
        cursor.execute("SELECT DISTINCT caller_phone FROM workorders_workorder")
        assert cursor.fetchall() == [(seal_number("13800000417"),)]
    assert WorkOrder.objects.filter(caller_phone="13800000417").count() == len(orders)
