"""Where everything is found. Who may come in stands in each slice's urls.py (`opens`) and on each API operation."""

from django.urls import include, path

import jingming.wiring  # noqa: F401  # tells the files whose they are
from config import api
from jingming.accounts.http import EVERYBODY_SIGNED_IN, PUBLIC, opens
from jingming.accounts.rules import Pace
from jingming.files import views as files
from jingming.privacy import asking
from jingming.ui import views as ui
from jingming.workspace import health

handler400 = "jingming.base.http.bad_request"

urlpatterns = [
    path("", include("jingming.workspace.urls")),
    path("", include("jingming.accounts.urls")),
    path("codes/", include("jingming.codes.urls")),
    path("messages/", include("jingming.messages.urls")),
    path("customers/", include("jingming.customers.urls")),
    path("data/", include("jingming.loading.urls")),
    path("", include("jingming.persons.urls")),
    path("attachments/<int:attachment_id>/", opens(files.download, to=EVERYBODY_SIGNED_IN), name="attachment"),
    path("asked/", opens(asking.ask, to=EVERYBODY_SIGNED_IN, pace=Pace.SEARCH), name="asked"),
    path("ui/", opens(ui.components, to=EVERYBODY_SIGNED_IN), name="components"),
    path("api/v1/", api.urls()),
    path("api/<path:rest>", opens(api.not_here, to=PUBLIC)),
    path("healthz", opens(health.alive, to=PUBLIC, pace=None), name="healthz"),
    path("readyz", opens(health.ready, to=PUBLIC, pace=None), name="readyz"),
]
