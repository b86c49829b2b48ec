from django.db import migrations

FORWARD = """
ALTER TABLE autonomy_actionrequest ADD CONSTRAINT request_status_told_by_event
  FOREIGN KEY (id, seq, status) REFERENCES audit_event (stream, seq, status) NOT DEFERRABLE;
CREATE TRIGGER request_seq_grows BEFORE UPDATE ON autonomy_actionrequest FOR EACH ROW
  WHEN (NEW.seq <= OLD.seq) EXECUTE FUNCTION audit_seq_grows();
CREATE TRIGGER request_never_deleted BEFORE DELETE ON autonomy_actionrequest FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""
BACKWARD = """
DROP TRIGGER request_never_deleted ON autonomy_actionrequest;
DROP TRIGGER request_seq_grows ON autonomy_actionrequest;
ALTER TABLE autonomy_actionrequest DROP CONSTRAINT request_status_told_by_event;
"""


class Migration(migrations.Migration):
    dependencies = [("autonomy", "0001_initial"), ("audit", "0002_events_are_immutable")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
