from django.db import migrations

FORWARD = """
CREATE TRIGGER cluster_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON clusters_cluster
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
CREATE TRIGGER namespace_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON clusters_namespace
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
"""
BACKWARD = """
DROP TRIGGER cluster_begins_epoch ON clusters_cluster;
DROP TRIGGER namespace_begins_epoch ON clusters_namespace;
"""


class Migration(migrations.Migration):
    dependencies = [("clusters", "0001_initial"), ("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
