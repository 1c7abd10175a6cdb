"""Signing in, one's own page, staff, the organisation (whose own slice lies below rights and cannot ask for them)."""

from allauth.account.views import logout, password_change
from django.urls import path

from .http import EVERYBODY_SIGNED_IN, PUBLIC, opens
from .rules import Authority
from .views import delegation, organisation, roles, second_factor, signing_in, staff

SEE_PLACES, CHANGE_PLACES = Authority.SEE_ORGANISATION, Authority.CHANGE_ORGANISATION

urlpatterns = [
    path("accounts/login/", opens(signing_in.SignIn.as_view(), to=PUBLIC), name="account_login"),
    path("accounts/login/code/", opens(second_factor.Code.as_view(), to=PUBLIC), name="mfa_authenticate"),
    path("accounts/logout/", opens(logout, to=PUBLIC), name="account_logout"),
    path(
        "accounts/password/",
        opens(password_change, to=EVERYBODY_SIGNED_IN, with_old_password=True, first=True),
        name="account_change_password",
    ),
    path("accounts/switch/", opens(signing_in.switch_user, to=EVERYBODY_SIGNED_IN), name="switch_user"),
    path("accounts/me/", opens(signing_in.profile, to=EVERYBODY_SIGNED_IN), name="profile"),
    path("accounts/setup/", opens(signing_in.set_up, to=PUBLIC), name="set_up"),
    path("accounts/sessions/", opens(signing_in.sessions, to=EVERYBODY_SIGNED_IN), name="sessions"),
    path("accounts/sessions/end/", opens(signing_in.end_sessions, to=EVERYBODY_SIGNED_IN), name="sessions_end"),
    path(
        "accounts/second-factor/", opens(second_factor.page, to=EVERYBODY_SIGNED_IN, first=True), name="second_factor"
    ),
    path(
        "accounts/second-factor/on/",
        opens(second_factor.switch_on, to=EVERYBODY_SIGNED_IN, first=True),
        name="second_factor_on",
    ),
    path(
        "accounts/second-factor/off/", opens(second_factor.switch_off, to=EVERYBODY_SIGNED_IN), name="second_factor_off"
    ),
    path(
        "accounts/second-factor/codes/",
        opens(second_factor.recovery_codes, to=EVERYBODY_SIGNED_IN),
        name="recovery_codes",
    ),
    path("accounts/delegations/", opens(delegation.page, to=EVERYBODY_SIGNED_IN), name="delegations"),
    path("accounts/delegations/new/", opens(delegation.lend, to=EVERYBODY_SIGNED_IN), name="delegation_new"),
    path("accounts/delegations/<int:pk>/end/", opens(delegation.end, to=EVERYBODY_SIGNED_IN), name="delegation_end"),
    path("accounts/language/", opens(signing_in.set_language, to=PUBLIC), name="set_language"),
    path("accounts/look/", opens(signing_in.set_look, to=EVERYBODY_SIGNED_IN), name="set_look"),
    path("staff/", opens(staff.listing, to=Authority.SEE_STAFF), name="staff"),
    path("staff/new/", opens(staff.engage, to=Authority.CHANGE_STAFF), name="staff_new"),
    path("staff/<int:pk>/", opens(staff.page, to=Authority.SEE_STAFF), name="staff_page"),
    path("staff/<int:pk>/change/", opens(staff.change, to=Authority.CHANGE_STAFF), name="staff_change"),
    path("staff/<int:pk>/password/", opens(staff.set_password, to=Authority.CHANGE_STAFF), name="staff_password"),
    path(
        "staff/<int:pk>/second-factor/",
        opens(staff.take_second_factor, to=Authority.CHANGE_STAFF),
        name="staff_second_factor",
    ),
    path("staff/<int:pk>/access/", opens(staff.switch, to=Authority.CHANGE_STAFF), name="staff_switch"),
    path("staff/<int:pk>/posts/", opens(staff.post, to=Authority.CHANGE_STAFF), name="staff_post"),
    path("staff/<int:pk>/posts/<int:post>/end/", opens(staff.end_post, to=Authority.CHANGE_STAFF), name="post_end"),
    path("staff/<int:pk>/delegations/new/", opens(delegation.lend_for, to=Authority.SEE_STAFF), name="lend_for"),
    path("staff/<int:pk>/tokens/", opens(staff.make_token, to=Authority.CHANGE_STAFF), name="token_make"),
    path(
        "staff/<int:pk>/tokens/<int:token>/revoke/",
        opens(staff.revoke_token, to=Authority.CHANGE_STAFF),
        name="token_revoke",
    ),
    path("roles/", opens(roles.matrix, to=Authority.CHANGE_STAFF), name="roles"),
    path("roles/new/", opens(roles.make, to=Authority.CHANGE_STAFF), name="role_new"),
    path("roles/<slug:code>/", opens(roles.page, to=Authority.CHANGE_STAFF), name="role"),
    path("roles/<slug:code>/copy/", opens(roles.copy, to=Authority.CHANGE_STAFF), name="role_copy"),
    path("roles/<slug:code>/shipped/", opens(roles.reset, to=Authority.CHANGE_STAFF), name="role_reset"),
    path("roles/<slug:code>/switch/", opens(roles.switch, to=Authority.CHANGE_STAFF), name="role_switch"),
    path("organisation/", opens(organisation.tree, to=SEE_PLACES), name="organisation"),
    path("organisation/units/<int:pk>/", opens(organisation.unit, to=SEE_PLACES), name="unit"),
    path("organisation/units/<int:pk>/change/", opens(organisation.change_unit, to=CHANGE_PLACES), name="unit_change"),
    path("organisation/units/<int:pk>/units/", opens(organisation.add_unit, to=CHANGE_PLACES), name="unit_add"),
    path(
        "organisation/units/<int:pk>/departments/",
        opens(organisation.add_department, to=CHANGE_PLACES),
        name="department_add",
    ),
    path("organisation/units/<int:pk>/areas/", opens(organisation.add_area, to=CHANGE_PLACES), name="area_add"),
    path(
        "organisation/<slug:kind>/<int:pk>/rename/", opens(organisation.rename, to=CHANGE_PLACES), name="place_rename"
    ),
    path(
        "organisation/<slug:kind>/<int:pk>/switch/", opens(organisation.switch, to=CHANGE_PLACES), name="place_switch"
    ),
]
