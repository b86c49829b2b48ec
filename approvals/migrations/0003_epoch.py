from django.db import migrations

FORWARD = """
CREATE TRIGGER approvalrule_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON approvals_approvalrule
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
"""
BACKWARD = """
DROP TRIGGER approvalrule_begins_epoch ON approvals_approvalrule;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_decisions_are_immutable"), ("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
