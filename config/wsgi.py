import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is there now stays: looking through it again and again took one part in twenty of a call.
gc.collect()
gc.freeze()
gc.set_threshold(20_000)
