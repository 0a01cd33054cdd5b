"""Findings about what the server keeps: tables, rows, and traces of visitors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from audit.observations import Journey, Observed
from audit.rules.declared import Declared
from audit.rules.experiments import is_tried
from audit.rules.findings import Finding, at
from audit.stored import Stored, Trace
from policy.forms import FORM_TABLES
from policy.register_entries import LogLine

EXPERIMENTS = "experiments"
NOBODYS = ("User-Agent", "network address", "machine's address")
"""What no form asks for, and no database may hold."""
MOST_DIGITS = {"number": 4, "word": 3}
"""What happens in a journey happens a few times; a code of a relay has three digits."""
RECORDS = "records.sqlite3"
SCHEMA = "let analytics.storage.schema make it; remove what is not declared"


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Everything kept that the register does not allow."""
    for journey in observed.journeys:
        for trace in journey.shown:
            yield at(_shown(trace), journey)
        for stored in journey.kept:
            for finding in (
                *_schema(declared, stored),
                *_rows(declared, journey, stored),
                *_traces(stored),
                *_lines(declared, stored),
                *_values(declared, stored),
                *_deeds(stored),
            ):
                yield at(finding, journey)


def _schema(declared: Declared, stored: Stored) -> Iterator[Finding]:
    wanted = {
        (str(table.database), table.name): {column.name for column in table.columns}
        for table in declared.register.tables
    }
    found = {(table.database, table.name): dict(table.columns) for table in stored.tables}
    for database, name in found.keys() - wanted.keys():
        message = f"the table {name} of {database} is not declared"
        yield Finding("undeclared table", name, message, "P1", SCHEMA)
    for place in wanted.keys() - found.keys():
        message = f"the table {place[1]} is declared, but not there"
        origin = declared.origin("table", place[1])
        yield Finding("declared, never seen", place[1], message, "P1", SCHEMA, origin=origin)
    for place in found.keys() & wanted.keys():
        for column in found[place].keys() ^ wanted[place]:
            is_there = column in found[place]
            fault = "is not declared" if is_there else "is declared, but not there"
            rule = "undeclared column" if is_there else "declared, never seen"
            message = f"the column {column} of {place[1]} {fault}"
            origin = declared.origin("table", place[1], column)
            subject = f"{place[1]}.{column}"
            yield Finding(rule, subject, message, "P1", SCHEMA, origin=origin)


def _rows(declared: Declared, journey: Journey, stored: Stored) -> Iterator[Finding]:
    agreed = frozenset(purpose for snapshot in journey.snapshots for purpose in snapshot.agreed)
    tables = declared.register.tables
    purposes = {(str(table.database), table.name): table.purpose for table in tables}
    # What no address of the service is for waits for no visitor's act: it is the law's or our own.
    begun = {name for each in declared.register.endpoints for name in each.purposes}
    duties = {
        each.name
        for each in declared.register.purposes
        if each.basis in ("legal duty", "legitimate interest") and each.name not in begun
    }
    forms = {form.purpose for form in declared.site.forms.values()}
    shared = forms | {table.purpose for table in tables if table.name in FORM_TABLES}
    for table in stored.tables:
        purpose = purposes.get((table.database, table.name))
        # What any form brings stands in the tables of all: which one is a column of its own.
        allowed = purpose in agreed | duties or (purpose in shared and agreed & forms)
        if table.rows and purpose and not allowed:
            message = f"{table.name} has rows, though nothing was agreed for “{purpose}”"
            mend = "store only what the visitor's own act allows"
            origin = declared.origin("table", table.name, "purpose")
            yield Finding("stored without consent", table.name, message, "P4", mend, origin=origin)


def _traces(stored: Stored) -> Iterator[Finding]:
    for trace in stored.traces:
        personal = trace.what not in NOBODYS
        if personal and trace.where.startswith(RECORDS):
            continue
        form = f", {trace.form}," if trace.form else ""
        message = f"the visitor's {trace.what}{form} is found in {trace.where}"
        mend = "do not write it: what was read to answer a request is then forgotten"
        yield Finding("trace of a visitor", trace.what, message, "P11", mend)


def _shown(trace: Trace) -> Finding:
    message = f"the visitor's {trace.what} is in {trace.where}, for an account that may not read it"
    mend = "give pages nothing but what the roles of the account may read"
    return Finding("trace of a visitor", trace.what, message, "P8", mend)


def _lines(declared: Declared, stored: Stored) -> Iterator[Finding]:
    patterns = [log.pattern for log in declared.register.logs if log.writer == "service"]
    for line in dict.fromkeys(stored.logs):
        if not any(pattern.fullmatch(line) for pattern in patterns):
            message = f"the log has a line that is not declared, of {len(line)} characters"
            mend = (
                "write it with analytics.web.log, and declare it as a [[log]] in policy/features/"
            )
            yield Finding("undeclared log line", "the log", message, "P11", mend)


def _values(declared: Declared, stored: Stored) -> Iterator[Finding]:
    """Numbers and words that are too long for what happens in a journey: a hash has room there."""
    for log in declared.register.logs:
        kinds = {each.name: each.kind for each in log.fields}
        pattern = _with_groups(log)
        for match in filter(None, map(pattern.fullmatch, dict.fromkeys(stored.logs))):
            for name, value in zip(log.placed, match.groups(), strict=True):
                most = MOST_DIGITS.get(kinds[name])
                if most is not None and sum(map(str.isdigit, value)) > most:
                    message = f"the log says in “{log.name}” a {kinds[name]} that nothing has"
                    mend = "write how many there were, or which kind of failure, and nothing else"
                    origin = declared.origin("log", log.name)
                    yield Finding("trace of a visitor", "log", message, "P11", mend, origin=origin)


def _with_groups(log: LogLine) -> re.Pattern[str]:
    """A line of the log, with what stands in each of its places."""
    fields = {each.name: each.pattern for each in log.fields}
    parts = (
        f"{re.escape(text)}({fields[name]}|[?])" if name else re.escape(text)
        for text, name, _, _ in Formatter().parse(log.says)
    )
    return re.compile("".join(parts))


def _deeds(stored: Stored) -> Iterator[Finding]:
    for deed in stored.deeds:
        rule = "undeclared file" if deed.is_file else "undeclared connection"
        own = " that is not one of its own" if deed.is_file else ""
        message = f"the service {deed.what}{own}, at {deed.place}"
        mend = "keep what is declared in the databases, and send mail by the outbox; nothing else"
        yield Finding(rule, "the service", message, "P11", mend)


def never_filled(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Columns that a form asks for and no journey filled, and tables that stay empty."""
    filled: dict[tuple[str, str], int] = {}
    for journey in observed.journeys:
        for table in journey.stored.tables if journey.stored else ():
            for name, count in table.columns:
                place = (table.name, name)
                filled[place] = filled.get(place, 0) + count
    asked = {field.name for form in declared.site.forms.values() for field in form.fields}
    for each in declared.register.tables:
        if each.name == EXPERIMENTS and not is_tried(declared, observed):
            continue  # None is on, so nothing could fill it.
        for column in each.columns:
            needed = column.name in asked if column.optional else True
            if needed and not filled.get((each.name, column.name)):
                subject = f"{each.name}.{column.name}"
                message = f"the column {subject} is declared, but no journey filled it"
                mend = (
                    "remove it where build.py policy show says it is, or mend what should fill it"
                )
                origin = declared.origin("table", each.name, column.name)
                yield Finding("declared, never seen", subject, message, "P1", mend, origin=origin)
