"""Django's settings; what differs between places comes from config/environment.py."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.templatetags.static import static

from config.environment import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = False
SECRET_KEY = environment.secret_key.get_secret_value()
BASE_URL = environment.base_url.rstrip("/")
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "", *environment.allowed_hosts]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "auditlog",
    "audit",
    "accounts",
    "clusters",
    "guidance",
    "autonomy",
    "approvals",
    "notifications",
    "api",
    "workers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "accounts.admin.nul.refuse_nul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.Authentication",
    "config.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE = dj_database_url.parse(environment.database_url, conn_max_age=None)  # audit.connections sees to dead ones
GIVEN = DATABASE.get("OPTIONS", {})
# For audit.statement.prepared: a statement is planned once, also where PostgreSQL would rather plan it anew for each list of ids.
PREPARED = {"prepare_threshold": 0, "options": f"{GIVEN.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()}
DATABASES = {"default": {**DATABASE, "OPTIONS": {**GIVEN, **PREPARED}}}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.production
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if environment.production else 0
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains,
    "security.W021",  # and browsers' preload lists: for whoever owns the domain to decide
    "security.W008",  # TLS ends at the proxy in front
]

KUBECONFIG_DIR = environment.kubeconfig_dir
REDIS_URL = environment.redis_url
PULSE_FILE = environment.pulse_file
LEDGER_KEY = environment.ledger_key.get_secret_value()
LEDGER_CHECKPOINT_FILE = environment.ledger_checkpoint_file
LEDGER_LISTENERS = "workers.subscribers.LISTENERS"
LEDGER_PUBLISH = "workers.publisher.publish"

UNFOLD = {
    "SITE_TITLE": "Developer Autonomy Framework",
    "SITE_HEADER": "Developer Autonomy",
    "SITE_SYMBOL": "rule_settings",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("accounts/favicon.svg")}],
    "STYLES": [lambda _: static("accounts/admin.css")],
    "SIDEBAR": {"navigation": "approvals.admin.navigation.navigation"},
    "COLORS": {
        "primary": {
            "50": "#eef2ff",
            "100": "#e0e7ff",
            "200": "#c7d2fe",
            "300": "#a5b4fc",
            "400": "#818cf8",
            "500": "#6366f1",
            "600": "#4f46e5",
            "700": "#4338ca",
            "800": "#3730a3",
            "900": "#312e81",
            "950": "#1e1b4b",
        }
    },
}

AUDITLOG_DISABLE_REMOTE_ADDR = True  # it would trust whatever X-Forwarded-For begins with
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    # What the ORM saves; memberships, namespaces and tokens change through the ledger, which tells of them itself.
    {"model": "accounts.Account", "exclude_fields": ["password", "last_login"]},
    "accounts.Group",
    "clusters.Cluster",
)

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Developer Autonomy Framework",
    "DESCRIPTION": "Ask for an action: it runs at once, is refused with what to mend, or waits for people and runs as reviewed.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["api.schema.only_with_slash"],
    "POSTPROCESSING_HOOKS": ["api.schema.with_common_problems"],
    "TAGS": [
        {"name": "requests", "description": "Ask for actions, and follow what was asked for."},
        {"name": "decisions", "description": "Approve, deny, cancel."},
        {"name": "rules", "description": "What there is to ask for, at which level, and who decides."},
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "pythonjsonlogger.json.JsonFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": environment.log_format}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Two lines or more for each task, of which the sweep alone is one every two seconds.
    "loggers": {name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.beat", "celery.worker.strategy")},
}

SLACK_BOT_TOKEN = environment.slack_bot_token.get_secret_value()
SLACK_SIGNING_SECRET = environment.slack_signing_secret.get_secret_value()
SLACK_TEAM_ID = environment.slack_team_id
SLACK_API_URL = environment.slack_api_url
SLACK_CHANNEL = environment.slack_channel
SLACK_ALLOW_GUESTS = environment.slack_allow_guests

EMAIL_HOST = environment.email_host
EMAIL_PORT = environment.email_port
EMAIL_HOST_USER = environment.email_user
EMAIL_HOST_PASSWORD = environment.email_password.get_secret_value()
EMAIL_USE_TLS = environment.email_starttls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.email_from
