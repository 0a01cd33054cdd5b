"""Links to other sites: do they still lead somewhere? Only `build.py check --external` asks."""
