from django.db import migrations

FORWARD = """
CREATE TRIGGER boundary_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON autonomy_boundary
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
"""
BACKWARD = """
DROP TRIGGER boundary_begins_epoch ON autonomy_boundary;
"""


class Migration(migrations.Migration):
    dependencies = [("autonomy", "0002_status_needs_its_event"), ("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
