"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["tests.fixtures.browsers", "tests.fixtures.first_site"]

# A test is not timed: how long an example takes depends on what else the machine does.
settings.register_profile("plainsite", deadline=None)
settings.load_profile("plainsite")
