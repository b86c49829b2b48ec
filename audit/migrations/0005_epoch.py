from django.db import migrations

FORWARD = """
CREATE TABLE audit_epoch (id uuid NOT NULL, singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton));
INSERT INTO audit_epoch (id) VALUES (gen_random_uuid());
CREATE FUNCTION audit_next_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE audit_epoch SET id = gen_random_uuid();
  RETURN NULL;
END $$;
"""
BACKWARD = """
DROP FUNCTION audit_next_epoch();
DROP TABLE audit_epoch;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_checkpoints_are_immutable")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
