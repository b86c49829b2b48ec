from django.db import migrations

FORWARD = """
ALTER TABLE audit_epoch ADD COLUMN ends_at timestamptz NOT NULL DEFAULT 'infinity';
"""
BACKWARD = """
ALTER TABLE audit_epoch DROP COLUMN ends_at;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
