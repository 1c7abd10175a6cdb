"""Whoever may see numbers reads them in every kind of answer; everybody else reads masks, and nobody reads a token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template import Context, Template
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from jingming.accounts.eyes import seen_by, shown
from jingming.accounts.models import Staff
from jingming.accounts.opening import OpeningMiddleware
from jingming.base.clock import now
from jingming.customers import actions as customers
from jingming.intake import actions as intake
from jingming.privacy.actions import forget
from jingming.privacy.vault import erased, with_tokens
from jingming.workorders.models import History, WorkOrder
from tests.cast import Caller

PHONE = "13800000417"
SAID = f"邻居 {PHONE} 也停气,身份证11010519491231002X"


def answered(person: Staff, response: HttpResponseBase) -> HttpResponseBase:
    def view(request: HttpRequest) -> HttpResponseBase:
        return response

    request = RequestFactory().get("/")
    request.user = person
    return OpeningMiddleware(view)(request)


def an_order(agent: Staff) -> WorkOrder:
    matter = intake.Matter(type="repair", description=SAID, caller_phone=PHONE)
    order = intake.take(intake.Contact(channel="phone", party_phone=PHONE), matter, by=agent, at=now()).order
    assert order is not None
    return order


@pytest.mark.django_db
def test_pages_and_json_are_opened_for_the_reader(agent: Staff, auditadmin: Staff):
    kept = with_tokens(SAID)
    for made in (
        lambda: HttpResponse(f"<p>{kept}</p>"),
        lambda: JsonResponse({"text": kept}),
        lambda: HttpResponse(json.dumps({"text": kept}, ensure_ascii=False), content_type="application/problem+json"),
    ):
        whole, masked = (answered(one, made()).content.decode() for one in (agent, auditadmin))
        assert PHONE in whole
        assert "11010519491231002X" in whole
        assert "138****0417" in masked
        assert "1101**********002X" in masked
        for text in (whole, masked):
            assert "27e6" not in text
            assert "⟦" not in text


@pytest.mark.django_db
def test_lines_that_are_streamed_are_opened(agent: Staff):
    kept = with_tokens(SAID)

    def lines() -> Iterator[str]:
        yield "one\r\n"
        yield f"{kept}\r\n"

    response = answered(agent, StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8"))
    assert isinstance(response, StreamingHttpResponse)
    assert PHONE in b"".join(response).decode()


@pytest.mark.django_db
def test_an_answer_costs_one_query_and_none_without_tokens(
    agent: Staff, django_assert_num_queries: DjangoAssertNumQueries
):
    kept, more = with_tokens(SAID), with_tokens("13811110417")
    assert agent.duties
    with django_assert_num_queries(1):
        answered(agent, HttpResponse(kept * 3 + more))
    with django_assert_num_queries(0):
        answered(agent, HttpResponse("⟦ nothing of ours ⟧ 灶前无气"))
        answered(agent, HttpResponse(kept, content_type="application/octet-stream"))


@pytest.mark.django_db
def test_what_is_forgotten_or_typed_shows_no_rubbish(agent: Staff):
    kept = with_tokens(PHONE)
    shown = answered(agent, HttpResponse(f"打 ⟦abcdefghijklmn⟧ {kept}")).content.decode()
    assert shown == f"打 ⟦abcdefghijklmn⟧ {PHONE}"
    forget([PHONE])
    assert answered(agent, HttpResponse(f"打 {kept}")).content.decode() == f"打 {erased()}"


def test_who_sees_numbers_masked_reads_the_mask_of_a_token_and_not_a_mask_over_it(inspector: Staff):
    kept = with_tokens(PHONE)
    asking = RequestFactory().get("/")
    asking.user = inspector
    with seen_by(asking):
        assert shown("phone", kept) == kept
    assert answered(inspector, HttpResponse(shown("phone", kept))).content.decode() == "138****0417"


@pytest.mark.django_db
def test_wherever_a_text_is_cut_no_half_of_a_token_is_shown(agent: Staff):
    page = Template("{{ text|shortened:40 }}|{{ text|initial }}")
    for before in range(44):
        text = f"{'气' * before}{with_tokens(PHONE)}，晚上都在家里等着"
        shown = answered(agent, HttpResponse(page.render(Context({"text": text})))).content.decode()
        assert "⟦" not in shown
        assert shown.startswith(f"{'气' * before}{PHONE}" if before <= 40 - 17 else "气" * min(before, 39) + "…")
        assert shown.endswith("|气" if before else "|，")


@pytest.mark.django_db
def test_an_order_in_the_lists_shows_no_half_of_a_token(agent: Staff, signed_in: Callable[..., Client]):
    client = signed_in(agent)
    for before in (36, 56, 76, 116):
        matter = intake.Matter(type="repair", description=f"{'气' * before}{PHONE}，晚上在家", caller_phone=PHONE)
        order = intake.take(intake.Contact(channel="phone", party_phone=PHONE), matter, by=agent, at=now()).order
        assert order is not None
        for address in (f"/orders/{order.number}/", "/queue/", f"/search/?q={order.number}"):
            assert "⟦" not in client.get(address).content.decode()


@pytest.mark.django_db
def test_the_name_of_a_file_is_opened(agent: Staff, auditadmin: Staff):
    def named(person: Staff) -> str:
        response = HttpResponse(b"", content_type="image/png")
        response.headers["Content-Disposition"] = f"attachment; filename*=utf-8''%E2%9F%A6{code}%E2%9F%A7.png"
        return answered(person, response).headers["Content-Disposition"]

    code = with_tokens(PHONE)[1:-1]
    assert named(agent) == f"attachment; filename*=utf-8''{PHONE}.png"
    assert named(auditadmin) == "attachment; filename*=utf-8''138%2A%2A%2A%2A0417.png"


@pytest.mark.django_db
def test_an_order_reads_as_it_was_said_on_its_page_and_in_the_api(
    agent: Staff, signed_in: Callable[..., Client], caller: Callable[..., Caller]
):
    order = an_order(agent)
    assert "⟦" in WorkOrder.objects.get(pk=order.pk).description
    page = signed_in(agent).get(f"/orders/{order.number}/").content.decode()
    told = caller(agent).get(f"/work-orders/{order.number}").json()
    assert SAID in page
    assert "⟦" not in page
    assert told["description"] == SAID


@pytest.mark.django_db
def test_correcting_an_order_keeps_its_numbers_whoever_saw_them(agent: Staff, caller: Callable[..., Caller]):
    order = an_order(agent)
    kept = WorkOrder.objects.get(pk=order.pk)

    def amended(**fields: object) -> WorkOrder:
        now_kept = WorkOrder.objects.get(pk=order.pk)
        body = {"act": "amend", "version": now_kept.version, "fields": fields}
        response = caller(agent).post(f"/work-orders/{order.number}/acts", body)
        assert response.status_code == 200, response.content
        return WorkOrder.objects.get(pk=order.pk)

    assert amended(description=SAID, level="urgent").description == kept.description
    masked = "邻居 138****0417 也停气,身份证1101**********002X"
    assert amended(description=masked, level="normal").description == kept.description
    changes = [line.facts.get("changes", {}) for line in History.objects.filter(order_id=order.pk, act="amend")]
    assert [sorted(one) for one in changes] == [["level"], ["level"]]
    assert amended(description=f"{masked}。").description == f"{kept.description}。"


@pytest.mark.django_db
def test_correcting_an_archive_keeps_its_numbers(dispatcher: Staff):
    customer = customers.add_customer("周晓岚", note=SAID, unit="340705", by=dispatcher, at=now())
    customer.refresh_from_db()
    kept = customer.note
    for note in (SAID, "邻居 138****0417 也停气,身份证1101**********002X"):
        customers.change_customer(customer, version=customer.version, by=dispatcher, at=now(), name="周岚", note=note)
        customer.refresh_from_db()
        assert customer.note == kept
