"""The dictionary."""

from django.urls import path

from jingming.accounts.http import opens
from jingming.accounts.rules import Authority

from . import views

CHANGE = Authority.CHANGE_CODES

urlpatterns = [
    path("", opens(views.sets, to=CHANGE), name="codes"),
    path("<slug:set_>/", opens(views.codes, to=CHANGE), name="codes_set"),
    path("<slug:set_>/new/", opens(views.add, to=CHANGE), name="code_add"),
    path("<int:pk>/rename/", opens(views.relabel, to=CHANGE), name="code_relabel"),
    path("<int:pk>/days/", opens(views.schedule, to=CHANGE), name="code_days"),
    path("<int:pk>/move/", opens(views.move, to=CHANGE), name="code_move"),
    path("<int:pk>/retire/", opens(views.retire, to=CHANGE), name="code_retire"),
    path("<int:pk>/restore/", opens(views.restore, to=CHANGE), name="code_restore"),
]
