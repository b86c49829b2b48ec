from django.db import migrations

FORWARD = """
CREATE TRIGGER account_begins_epoch AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF username, kind, is_active, alias_of_id, owner_id ON accounts_account
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
CREATE TRIGGER group_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_group
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
CREATE TRIGGER membership_begins_epoch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON accounts_membership
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
CREATE TRIGGER apitoken_begins_epoch AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF account_id, digest, scopes, expires_at, created_by_id, revoked_at ON accounts_apitoken
  FOR EACH STATEMENT EXECUTE FUNCTION audit_next_epoch();
"""
BACKWARD = """
DROP TRIGGER account_begins_epoch ON accounts_account;
DROP TRIGGER group_begins_epoch ON accounts_group;
DROP TRIGGER membership_begins_epoch ON accounts_membership;
DROP TRIGGER apitoken_begins_epoch ON accounts_apitoken;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0005_epoch")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
