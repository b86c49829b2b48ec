from django.db import migrations

FORWARD = """
CREATE TRIGGER policy_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON guidance_policy
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
"""
BACKWARD = """
DROP TRIGGER policy_begins_epoch ON guidance_policy;
"""


class Migration(migrations.Migration):
    dependencies = [("guidance", "0001_initial"), ("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
