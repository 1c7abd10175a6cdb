"""Jingming as deployed: read top to bottom. Everything that differs between installations comes from the environment
(`jingming.base.environment`), everything else is written here."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from jingming.base.environment import read_environment
from jingming.base.secret import kept_secret
from jingming.database.address import django_databases
from jingming.privacy.keys import kept_keys
from jingming.ui.assets import stamp

ENVIRONMENT = read_environment(os.environ)
HOME = ENVIRONMENT.home
ROOT = Path(__file__).resolve().parent.parent

# --- Safety ---------------------------------------------------------------------------------------------------------
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or kept_secret(HOME)
DATA_KEYS = ENVIRONMENT.data_keys or kept_keys(HOME)
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ENVIRONMENT.hosts] if ENVIRONMENT.https else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
PROXIES = ENVIRONMENT.proxies  # who says where a request comes from: jingming.base.proxies
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options is sent by SecurityHeadersMiddleware
    "security.W005",  # other names below ours belong to other systems of the house
    "security.W021",  # and so does the wish to be in a browser's list
]
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts send the token of the form that they stand in
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "jingming.accounts.sessions"  # ends those of people by the policy
SESSION_COOKIE_AGE = 12 * 60 * 60  # of a visitor who has not signed in
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms and JSON; files are limited where they are stored
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
UPLOAD_LIMIT = ENVIRONMENT.upload_megabytes * 1024 * 1024
# What the body of one request may hold where files are taken: twenty attachments, or the largest file of master data.
FILES_LIMIT = max(20 * UPLOAD_LIMIT, 512 * 1024 * 1024) + DATA_UPLOAD_MAX_MEMORY_SIZE
IDEMPOTENCY = ENVIRONMENT.idempotency

# --- Slices ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "jingming.ui",  # first: its sign-in pages go before those that the library brings
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",  # the files of Swagger UI
    "procrastinate.contrib.django",
    "jingming.database",
    "jingming.privacy",
    "jingming.audit",
    "jingming.live",
    "jingming.files",
    "jingming.organisation",
    "jingming.accounts",
    "jingming.codes",
    "jingming.messages",
    "jingming.customers",
    "jingming.interactions",
    "jingming.workorders",
    "jingming.intake",
    "jingming.loading",
    "jingming.workspace",
    "jingming.persons",
]

MIDDLEWARE = [
    "jingming.ui.middleware.SecurityHeadersMiddleware",  # first: files and redirects to HTTPS carry the headers too
    "jingming.base.proxies.ProxiesMiddleware",  # before anybody asks for the address, or whether it is HTTPS
    "django.middleware.security.SecurityMiddleware",
    "jingming.ui.assets.AssetsMiddleware",
    "jingming.base.problems.ProblemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "jingming.accounts.http.PersonMiddleware",
    "jingming.accounts.http.EyesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jingming.accounts.http.SizeMiddleware",
    "jingming.privacy.asking.AskedMiddleware",
    "jingming.base.http.PlainInputMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jingming.accounts.opening.OpeningMiddleware",  # last: it opens what a view has answered
    "jingming.privacy.erased.ErasedMiddleware",  # inside the language of the reader
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "jingming.workspace.context.desk",
            ],
            "builtins": [
                "jingming.ui.templatetags.ui",
                "jingming.accounts.templatetags.personal",
                "django.templatetags.i18n",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -----------------------------------------------------------------------------------------------------------
DATABASES = django_databases(
    os.environ,
    HOME,
    pool=ENVIRONMENT.database_pool,
)
PROVINCE = ENVIRONMENT.province
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = HOME / "attachments"

# --- Jobs -----------------------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # jobs.py of each slice
PROCRASTINATE_IMPORT_PATHS = ["jingming.wiring"]

# --- Sign-in --------------------------------------------------------------------------------------------------------
POLICY = ENVIRONMENT.policy  # its figures: jingming.accounts.policy
LIMITS = ENVIRONMENT.limits  # times those of the policy
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = ["jingming.accounts.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "jingming.accounts.passwords.PolicyValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "jingming.accounts.passwords.HabitValidator"},
    {"NAME": "jingming.accounts.passwords.OwnWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "jingming.accounts.adapter.StaffAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False  # a desk is shared: closing the browser signs out
# Tries are counted by jingming.accounts.tries, in the database: allauth would count in each process for itself.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "change_password": None}  # nosec B105  # no password
ACCOUNT_FORMS = {"change_password": "jingming.accounts.forms.second_factor.NewPasswordForm"}  # nosec B105  # no password
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "jingming.accounts.second_factor.FactorAdapter"
MFA_FORMS = {"authenticate": "jingming.accounts.forms.second_factor.CodeForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Jingming"

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # what is shown where no unit says otherwise; everything is stored in UTC

# --- Files the browser fetches --------------------------------------------------------------------------------------
# One stamp for all, so that browsers keep them for ever and still see every change at once.
STATIC_URL = "/static/" if DEBUG else f"/static-{stamp(ROOT / 'jingming')}/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True  # serves straight from the slices; no collect step on a laptop
WHITENOISE_AUTOREFRESH = DEBUG
BIND, PORT = ENVIRONMENT.bind, ENVIRONMENT.port
STREAM_PORT = ENVIRONMENT.stream_port

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "jingming.privacy.logs.MaskedFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"jingming": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
