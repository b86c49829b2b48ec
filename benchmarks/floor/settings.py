"""The bare floor's Django: no middleware, no apps but its own, one connection per thread that stays open."""

import os

import dj_database_url

SECRET_KEY = "the floor has no secrets"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.floor.web"
INSTALLED_APPS = ["benchmarks.floor"]
MIDDLEWARE: list[str] = []
DATABASES = {"default": dj_database_url.parse(os.environ["FLOOR_DATABASE_URL"], conn_max_age=None)}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
