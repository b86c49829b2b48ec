from django.db import migrations

# The second statement sees what others have committed while the first one waited for them: theirs may end sooner than ours.
FORWARD = """
CREATE FUNCTION guidance_next_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE audit_epoch SET id = gen_random_uuid();
  UPDATE audit_epoch SET ends_at = (SELECT coalesce(min(until), 'infinity') FROM guidance_exemption WHERE until > clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER exemption_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON guidance_exemption
  FOR EACH STATEMENT EXECUTE FUNCTION guidance_next_epoch();
"""
BACKWARD = """
DROP TRIGGER exemption_begins_epoch ON guidance_exemption;
DROP FUNCTION guidance_next_epoch();
"""


class Migration(migrations.Migration):
    dependencies = [("guidance", "0004_exemptions"), ("audit", "0006_epoch_ends")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
