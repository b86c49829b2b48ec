from django.core.management.base import BaseCommand

from audit import keys


class Command(BaseCommand):
    help = "Make a new Ed25519 key for the ledger's checkpoints: LEDGER_KEY for the workers, the public key for whoever verifies."
    requires_system_checks = ()

    def handle(self, **_: object) -> None:
        private = keys.new_private_key()
        self.stdout.write(f"LEDGER_KEY={private}")
        self.stdout.write(f"public key: {keys.public_text(keys.private_key(private))}")
