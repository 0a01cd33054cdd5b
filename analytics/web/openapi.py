"""What the service answers, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html).

It is made from the routes, from the models that check what scripts send, and from the forms'
declarations, so that there is no second list to keep.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from pydantic import BaseModel
from werkzeug.routing import Rule

from analytics.web.problems import REFUSED_HEADER, Reason
from policy import Site
from policy.fields import CHOICES, Field
from policy.forms import TICKED, Form
from policy.manifest import Build

__all__ = ["describe"]

METHODS = ("GET", "POST")
FORM_TYPE, HTML, JSON = "application/x-www-form-urlencoded", "text/html", "application/json"
LINKED_JSON, PROBLEM = "application/ld+json", "application/problem+json"

COUNTING = ("visits.count_view", "visits.count_engaged", "visits.count_action")
"""The endpoints that read the visit cookie, and may ask for a hit again."""

TOO_LARGE = {413: "More was sent than is taken"}
NOT_OURS = {403: "It did not come from a page of this site, or it may not be seen"}
NOT_THERE = {404: "There is no such page, link or form"}
WRONG = {422: "What is wrong, beside each field, with what was typed", 429: "Too often"}
AWAY = {503: "It could not be done, and nothing was stored"}


Models = Mapping[str, type[BaseModel]]
"""By endpoint."""

BEARER = "figures"
"""What programs show that read our figures."""

ROWS = {"type": "object", "required": ["from", "to", "zone", "rows"]}

FIGURES: Mapping[str, Any] = {
    "200": {"description": "The figures", "content": {JSON: {"schema": ROWS}, "text/csv": {}}},
    **{
        str(status): {
            "description": words,
            "content": {PROBLEM: {"schema": {"type": "object", "required": ["title", "detail"]}}},
        }
        for status, words in {
            400: "What cannot be read of what was asked",
            401: "Without a token that is good",
            403: "The token may not read this",
            404: "There is no such dimension",
            405: "Figures are only read",
            429: "Asked too often",
            503: "A database cannot be used just now",
        }.items()
    },
}


EXPORTED: Mapping[str, Any] = {
    "200": {
        "description": "The figures",
        "content": {"text/csv": {}, "application/vnd.apache.parquet": {}},
    },
    "501": {
        "description": "This server writes no Parquet",
        "content": FIGURES["400"]["content"],
    },
}


def describe(
    app: Flask, site: Site, build: Build, bodies: Models, queries: Models
) -> dict[str, Any]:
    """The OpenAPI description of an application that `create_app` made for `site`.

    `build` says which pages there are, `bodies` what scripts send, `queries` what is asked of the
    figures.
    """
    settings = site.settings
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        view = app.view_functions[rule.endpoint]
        for address, form in _addresses(rule, site.forms):
            for method in METHODS:
                if method in (rule.methods or ()):
                    operation = _operation(rule, method, queries.get(rule.endpoint))
                    content = _body(site, build, bodies.get(rule.endpoint), form)
                    if content and method == "POST":
                        operation["requestBody"] = {"required": True, "content": content}
                    words = (inspect.getdoc(view) or "").partition("\n\n")[0]
                    operation["summary"] = " ".join(words.split())
                    paths.setdefault(address, {})[method.lower()] = operation
    cookies = {
        cookie.name: {"type": "apiKey", "in": "cookie", "name": cookie.cookie}
        for cookie in site.register.cookies
    }
    is_asked = any(endpoint in queries for endpoint in app.view_functions)
    bearer = {BEARER: {"type": "http", "scheme": "bearer"}} if is_asked else {}
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"The service of {settings.name}",
            "version": str(site.register.version),
            "description": "Every other address is a page or a file that was built.",
        },
        "servers": [{"url": settings.url}],
        "paths": paths,
        "components": {"securitySchemes": cookies | bearer},
    }


def _addresses(rule: Rule, forms: Mapping[str, Form]) -> Iterator[tuple[str, Form | None]]:
    """The addresses of a rule; for that of the forms, one for each form."""
    if rule.endpoint.startswith("forms."):
        for name, form in forms.items():
            yield rule.rule.replace("<name>", name), form
    elif "path" not in rule.rule and not rule.endpoint.endswith(".nowhere"):
        yield rule.rule.replace("<", "{").replace(">", "}"), None


def _operation(rule: Rule, method: str, query: type[BaseModel] | None) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": f"{rule.endpoint}.{method.lower()}"}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(rule.arguments - {"name"})
    ]
    if query:
        schema = query.model_json_schema()
        parameters += [
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": each,
            }
            for name, each in schema["properties"].items()
        ]
    if parameters:
        operation["parameters"] = parameters
    if query:
        nowhere = set() if "dimension" in rule.arguments else {"404"}
        answers = {status: each for status, each in FIGURES.items() if status not in nowhere}
        if "parquet" in str(query.model_fields.get("format")):
            answers |= EXPORTED
        return operation | {"responses": answers, "security": [{BEARER: []}]}
    operation["responses"] = _responses(rule.endpoint, method)
    if rule.endpoint in COUNTING:
        # None at first: a view begins a visit, and what comes too early is sent again.
        operation["security"] = [{"visit": []}, {}]
    return operation


def _body(
    site: Site, build: Build, sent: type[BaseModel] | None, form: Form | None
) -> dict[str, Any]:
    if sent is not None:
        schema = sent.model_json_schema()
        properties = schema["properties"]
        if "page" in properties:
            counted = sorted(name for name, page in build.pages.items() if page.counted)
            properties["page"]["enum"] = ["", *counted] if "version" in properties else counted
        if "version" in properties:
            properties["version"]["const"] = site.register.version
        return {JSON: {"schema": schema}}
    return {FORM_TYPE: {"schema": _form_schema(form)}} if form else {}


def _form_schema(form: Form) -> dict[str, Any]:
    properties = {field.name: _field_schema(field) for field in form.fields}
    required = [field.name for field in form.fields if field.required]
    for name, box in (("permission", form.permission), ("recognize", form.recognize)):
        if box is not None:
            # Whatever else is sent is an empty box.
            words = f'"{TICKED}" says: {box.text}'
            properties[name] = {"type": "string", "description": words}
    if form.permission and form.permission.required:
        required.append("permission")
    return {"type": "object", "properties": properties, "required": required}


def _field_schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "description": field.label}
    if field.kind in CHOICES:
        return schema | {"enum": [*field.values, *([] if field.required else [""])]}
    if field.required:
        schema["minLength"] = 1
    if field.most_characters:
        # No `maxLength`, which would count what is taken out before.
        words = f"At most {field.most_characters:,} characters, without the space around them."
        schema["description"] = f"{field.label}. {words}"
    if field.kind == "email":
        schema["format"] = "email"
    return schema


def _responses(endpoint: str, method: str) -> dict[str, Any]:
    part, _, view = endpoint.partition(".")
    if part in ("visits", "own_cookies"):
        return _visit_responses(view, method)
    if part == "audiences":
        return _pages({303: "To the page of choices, with the cookie deleted"} | NOT_OURS)
    if part == "forms" and method == "GET":
        return _pages({302: "To the form's page"})
    if part == "forms":
        not_text = {415: "Not a form"}
        done = {303: "Committed; to the page of thanks"}
        return _pages(done | NOT_OURS | NOT_THERE | TOO_LARGE | not_text | WRONG | AWAY)
    found = {200: "The page", 302: "Elsewhere", 303: "Elsewhere"}
    answers = _pages(found | NOT_OURS | NOT_THERE | TOO_LARGE | WRONG | AWAY)
    if view == "export":
        answers["200"] = {"description": "Everything that is held", "content": {JSON: {}}}
    return answers


def _visit_responses(view: str, method: str) -> dict[str, Any]:
    kind = LINKED_JSON if view == "own_receipt" else JSON
    done = {"200": {"description": "As it is held", "content": {kind: {}}}}
    if method == "POST":
        done = {"204": {"description": "Committed"}}
        if f"visits.{view}" in COUNTING:
            done["307"] = {"description": "Too early: send it again, with the cookie of then"}
    problems = {
        str(status): {
            "description": " ".join(why.detail for why in Reason if why.status == status),
            "content": {PROBLEM: {"schema": {"type": "object", "required": ["title", "detail"]}}},
            "headers": {
                REFUSED_HEADER: {
                    "required": True,
                    "schema": {"enum": [why.word for why in Reason if why.status == status]},
                }
            },
        }
        for status in sorted({why.status for why in Reason})
    }
    return done | problems


def _pages(statuses: Mapping[int, str]) -> dict[str, Any]:
    return {
        str(status): {"description": words, "content": {HTML: {}}}
        for status, words in sorted(statuses.items())
    }
