from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_numbered(epoch uuid, seq integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM audit_epoch WHERE id = epoch AND ends_at > statement_timestamp()) THEN
    RAISE EXCEPTION 'the epoch % is over', epoch USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'epoch_lasts';
  END IF;
  RETURN seq;
END $$;
"""
BACKWARD = """
DROP FUNCTION audit_numbered(uuid, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_epoch_ends")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
