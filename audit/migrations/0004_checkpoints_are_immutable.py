from django.db import migrations

TABLES = ("audit_checkpoint", "audit_covered")
FORWARD = "\n".join(
    f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
    for table in TABLES
)
BACKWARD = "\n".join(f"DROP TRIGGER {table}_immutable ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checkpoints")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
