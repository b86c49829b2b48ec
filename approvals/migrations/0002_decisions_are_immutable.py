from django.db import migrations

TABLES = ("approvals_decision", "approvals_reviewstage", "approvals_review")
FORWARD = "\n".join(
    f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
    for table in TABLES
)
BACKWARD = "\n".join(f"DROP TRIGGER {table}_immutable ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial"), ("audit", "0002_events_are_immutable")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
