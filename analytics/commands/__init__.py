"""The commands of the service: `build.py staff`, `data` and `openapi`."""
