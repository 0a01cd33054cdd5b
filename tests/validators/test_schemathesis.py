"""Schemathesis asks the service for everything that its OpenAPI description allows, and forbids.

https://schemathesis.readthedocs.io: each answer must be one that the description declares, what
the description forbids must be refused, and what it allows at /visit/ must be taken.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup

from analytics.staff.api.asked import QUERIES
from analytics.visits.bodies import BODIES
from analytics.web.openapi import describe
from tests.fixtures.form_site import form_site
from tests.fixtures.small_site import CHROME, HOST, SmallSite
from tests.fixtures.staff import token

EXAMPLES = 10
VISIT_COOKIE = "__Secure-visit"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    """A service that has forms."""
    with form_site(tmp_path_factory.mktemp("api")) as made:
        yield made


LIMITS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_declared(site: SmallSite, mode: GenerationMode) -> None:
    """Statuses, types and headers; 405 for other methods; a refusal for what is forbidden."""
    schema = schemathesis.openapi.from_dict(
        describe(site.app, site.service.site, site.service.build, BODIES, QUERIES)
    )
    schema.app = site.app
    # What is longer than a body may be is refused unread.
    refused = schema.config.checks.negative_data_rejection
    refused.expected_statuses = [*refused.expected_statuses, "413"]
    visitor = site.visitor()
    visitor.consent()
    headers = {
        "Origin": HOST,
        "User-Agent": CHROME,
        "Cookie": f"{VISIT_COOKIE}={visitor.cookie}",
        "Authorization": f"Bearer {token(site, 'reports', name=mode.value)}",
    }
    asked, wrong = 0, []
    for operation in schema.get_all_operations():
        strategy = operation.ok().as_strategy(generation_mode=mode)

        @LIMITS
        @given(case=strategy)
        def ask(case: Case) -> None:
            nonlocal asked
            asked += 1
            # A form is refused for reasons that no schema says; and a link that nobody got is none.
            scripts = case.path.startswith("/visit/")
            excluded = [] if scripts else [checks.positive_data_acceptance]
            # Without its cookie a request gets 403, as no sign-in could mend it: test_visit_*.
            case.call_and_validate(
                base_url=HOST, headers=headers, excluded_checks=[*excluded, checks.ignored_auth]
            )

        try:
            ask()
        except Unsatisfiable:
            continue  # What takes nothing cannot be asked wrongly.
        except FailureGroup as failed:
            wrong.append(f"{operation.ok().label}\n{failed}")
    assert not wrong, "\n\n".join(wrong)
    assert asked >= 4 * EXAMPLES


def test_all_that_the_service_answers_is_described(site: SmallSite) -> None:
    """Each route has its address, each form its fields, each script's body its pages."""
    told = describe(site.app, site.service.site, site.service.build, BODIES, QUERIES)
    assert len(told["paths"]) >= 25
    engaged = told["paths"]["/visit/engaged"]["post"]["requestBody"]["content"]["application/json"]
    assert engaged["schema"]["properties"]["ms"]["minimum"] == 0
    view = told["paths"]["/visit/view"]["post"]["requestBody"]["content"]["application/json"]
    assert view["schema"]["properties"]["page"]["enum"] == ["", *sorted(site.service.build.pages)]
    form = told["paths"]["/form/newsletter"]["post"]["requestBody"]["content"]
    (fields,) = form.values()
    assert fields["schema"]["required"] == ["email", "permission"]
    assert all(one["summary"] for path in told["paths"].values() for one in path.values())
