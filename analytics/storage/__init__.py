"""The databases: their tables, migrations, deletion, erasure, backups and the signing key."""
