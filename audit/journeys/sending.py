"""How a visitor fills in a form and sends it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

from audit.browsers.errors import NotGiven
from audit.journeys.journey_run import JourneyRun
from audit.stored import Sent
from policy.fields import CHOICES, Field

__all__ = ["send"]


async def send(  # noqa: PLR0913  (all that a visitor may do otherwise)
    run: JourneyRun,
    name: str,
    *,
    permission: bool = False,
    recognize: bool = False,
    seconds: float = 0,
    choices: Mapping[str, str] | None = None,
    needed_only: bool = False,
    email: str = "",
    refused: bool = False,
) -> None:
    """Fill in a form, tick its boxes as told, and send it after so many seconds. `choices` are
    options by field; the first one is chosen where they have none. With `needed_only` all stays
    empty that may. `email` is an address that was given before.
    With `refused` nothing is to be taken.

    Raises NotGiven where it does not ask what the visitor's group is asked, and where its page
    of thanks does not follow."""
    form = run.forms[name]
    permission = permission or bool(form.permission and form.permission.required)
    await run.go(form.page)
    answers = {}
    for question in form.fields:
        asked = not question.audiences or run.audience in question.audiences
        if asked and (question.required or not needed_only):
            answers[question.name] = await _fill(run, question, choices or {}, email)
    for box, ticked in (("permission", permission), ("recognize", recognize)):
        if ticked:
            await run.tab.press(box)
    await run.keep(f"fill in {name}")
    allowed = run.agreements.sending(form, permission=permission, recognize=recognize)
    run.agree(allowed)
    run.allow(run.given["email"], allowed)
    await asyncio.sleep(seconds)
    run.sent.append(Sent(name, tuple(answers.items()), run.instance.clock()))
    await run.tab.submit(form.submit)
    await run.keep(f"send {name}")
    if refused:
        return
    if run.snapshots[-1].page != form.thanks:
        raise NotGiven(f"sending the form {name} did not lead to {form.thanks}")
    if recognize and run.instance.site:
        run.audience = run.instance.site.audiences.match(answers)


async def _fill(run: JourneyRun, question: Field, choices: Mapping[str, str], email: str) -> str:
    """Answer a question; with what."""
    if question.kind not in CHOICES:
        answer = _answer(question.kind, email)
        run.given[question.name] = answer
        await run.tab.fill(question.label, answer)
        return answer
    values = {option.value: option for option in question.options}
    chosen = values.get(choices.get(question.name, ""), question.options[0])
    if question.kind == "select":
        await run.tab.choose(question.label, chosen.value)
    else:
        await run.tab.press(chosen.label)
    return chosen.value


def _answer(kind: str, email: str) -> str:
    token = secrets.token_hex(6)
    digits = "".join(str(int(letter, 16) % 10) for letter in token)
    answers = {"email": email or f"{token}@audit.example", "tel": digits}
    return answers.get(kind, f"answer {token}")
