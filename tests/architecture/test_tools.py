"""The tools that keep the house in order notice what they are there to notice."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import docs, translations
from tools.contracts import imported_names, place

ROOT = Path(__file__).resolve().parents[2]


def catalogue(*messages: tuple[str, str], **flags: list[str]) -> Catalog:
    made = Catalog(locale="zh_Hans")
    for id_, string in messages:
        made.add(id_, string, flags=flags.get("flags", []))
    return made


def test_words_are_found_in_code_and_templates(tmp_path: Path):
    python = tmp_path / "a.py"
    python.write_text(
        'print(_("Plain."), gettext_lazy("Two "\n  "parts."), ngettext("%(n)d day", "%(n)d days", 2))\n'
        'print(pgettext("of an order", "Close"), _(variable), f"{_(\'Nested.\')}")\n',
        encoding="utf-8",
    )
    template = tmp_path / "a.html"
    template.write_text(
        """{% load i18n %}<p title="it's">{% translate "Short." %}</p>
           {% blocktranslate trimmed with n=order.number %}
             Order {{ n }} is “closed”.
           {% endblocktranslate %}{% comment %}{% translate "Not me." %}{% endcomment %}
           {% if a %}      {{ _("In a variable.") }}
        {% endif %}""",
        encoding="utf-8",
    )
    assert [message for message, _ in translations.messages_in(python)] == [
        "Plain.",
        "Two parts.",
        ("%(n)d day", "%(n)d days"),
        "Close",
        "Nested.",
    ]
    assert [message for message, _ in translations.messages_in(template)] == [
        "Short.",
        "Order %(n)s is “closed”.",
        "In a variable.",
    ]


def test_a_sound_catalogue_gives_no_complaint():
    both = catalogue(("Order %(number)s is closed.", "工单 %(number)s 已办结。"))
    assert list(translations.complaints(both, both)) == []


def test_whatever_is_wrong_with_a_catalogue_is_complained_of():
    code = catalogue(("New.", ""), ("Empty.", ""), ("Order %(number)s.", ""), ("Sure.", ""), ("Good, so.", ""))
    kept = catalogue(
        ("Empty.", ""), ("Order %(number)s.", "工单 %(nummer)s。"), ("Gone.", "没了。"), ("Good, so.", "好,这样。")
    )
    kept.add("Sure.", "大概。", flags=["fuzzy"])
    assert sorted(translations.complaints(code, kept)) == [
        "doubtful (fuzzy): 'Sure.'",
        "half-width punctuation in Chinese: 'Good, so.'",
        "no longer in the code: 'Gone.'",
        "not in the catalogue: 'New.'",
        "not translated: 'Empty.'",
        "placeholders differ (number s  , nummer s  ): 'Order %(number)s.'".replace(" s  ", "s"),
    ]


def test_a_plural_needs_the_number_only_where_every_form_has_it():
    def plural(string: str) -> Catalog:
        made = Catalog(locale="zh_Hans")
        made.add(("One day", "%(n)d days"), (string,))
        return made

    for good in ("%(n)d 天", "若干天"):
        assert list(translations.complaints(plural(""), plural(good))) == []
    assert list(translations.complaints(plural(""), plural("%(m)d 天"))) == ["placeholders differ (md): 'One day'"]


def test_merging_fills_in_what_others_translate_and_keeps_the_rest():
    code = catalogue(("One.", ""), ("Two.", ""), ("Three.", ""))
    merged = translations.filled(code, catalogue(("One.", "一。"), ("Two.", "二?")), catalogue(("Two.", "二。")))
    assert {message.id: message.string for message in merged if message.id} == {
        "One.": "一。",
        "Two.": "二。",
        "Three.": "",
    }


def test_generated_pages_are_what_the_code_would_write():
    assert docs.out_of_date() == []


def test_both_locks_name_the_same_versions_with_hashes_and_no_host():
    pins = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        pins[name] = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))
        assert not re.search(r"://|--index-url|--find-links|file:", text)
        assert len(re.findall(r"^[a-z0-9-]+==", text, re.MULTILINE)) <= text.count("--hash=sha256:")
    assert pins["requirements.lock"].items() <= pins["requirements-dev.lock"].items()


def test_a_module_is_found_in_its_slice():
    assert place("jingming.accounts.views.staff") == ("accounts", "views")
    assert place("jingming.cli") is None
    assert place("config.urls") is None


def test_imports_are_read_from_the_source():
    names = set(imported_names("jingming.workspace.health"))
    assert {"psycopg", "django.http.JsonResponse", "jingming.base.clock.now"} <= names


@pytest.mark.parametrize("planted", ["from jingming.accounts import views", "from django.http import JsonResponse"])
def test_import_contracts_turn_red_on_a_planted_fault(tmp_path: Path, planted: str):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("config", "tools", "pyproject.toml"):
        subprocess.run(["cp", "-r", ROOT / name, tree / name], check=True)
    subprocess.run(["cp", "-r", "--", *(path for path in [ROOT / "jingming"]), tree / "jingming"], check=True)
    with (tree / "jingming/customers/queries/finding.py").open("a") as file:
        file.write(f"\n{planted}\n")
    lint = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as c; c()"]
    ended = subprocess.run([*lint, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stdout
    assert "BROKEN" in ended.stdout
    assert "jingming.customers.queries" in ended.stdout
