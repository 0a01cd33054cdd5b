"""What a PostgreSQL server must be set to, so that what the register says of a database is true of
its data directory; and why one cannot be used, in words for whoever can mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import URL, Connection

from policy import Fault

__all__ = ["place_of", "refused", "unmet"]

OLDEST = 150_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A setting of the server, and what were so without it."""

    name: str
    value: str
    otherwise: str


RULES = (
    Rule("fsync", "on", "a power cut would lose what visitors were told is kept"),
    Rule("full_page_writes", "on", "a power cut could leave half of a page"),
    Rule("wal_recycle", "off", "old logs, which tell what came together, would stay on the disk"),
    Rule("archive_mode", "off", "copies of the log would tell what came together for good"),
    Rule("track_commit_timestamp", "off", "it would tell when each row came"),
    Rule("wal_keep_size", "0", "old logs, which tell what came together, would stay on the disk"),
    Rule("summarize_wal", "off", "summaries of the log would tell what came together"),
    Rule("track_counts", "on", "nobody would know which tables are to be written anew"),
    Rule("log_statement", "none", "its own log would hold what visitors sent"),
    Rule("log_duration", "off", "its own log would tell when each hit came"),
    Rule("log_min_duration_statement", "-1", "its own log would hold what visitors sent"),
    Rule("log_min_duration_sample", "-1", "its own log would hold what visitors sent"),
    Rule("log_transaction_sample_rate", "0", "its own log would hold what visitors sent"),
    Rule("auto_explain.log_min_duration", "-1", "its own log would hold what visitors sent"),
)
SLOTS = "SELECT quote_literal(slot_name) FROM pg_replication_slots ORDER BY 1"
MAY_MAKE = "SELECT has_database_privilege(current_database(), 'CREATE')"
IS_THERE = "SELECT 1 FROM pg_namespace WHERE nspname = ?"
OF_OTHERS = """
SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE relkind = 'r'
AND relnamespace = current_schema()::regnamespace AND NOT pg_has_role(relowner, 'USAGE') LIMIT 1
"""
GIVEN = (
    r"SELECT format('ALTER TABLE %s OWNER TO {role}', oid::regclass) FROM pg_class"
    r" WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' \gexec"
)
"""What an administrator types in psql, so that all tables of a schema are the service's."""

REFUSALS = (
    ("3D000", r'FATAL: +database ".*" does not exist'),
    ("57P03", r"FATAL: +the database system is "),
    ("53300", r"FATAL: +(sorry, too many clients|too many connections|remaining connection slots)"),
    ("28000", r"FATAL: "),
)
"""By code, what a server writes that lets nobody in; the last is all else that it may say."""

RIGHTS = (
    ("pg_has_role('pg_checkpoint', 'USAGE')", "GRANT pg_checkpoint TO {}"),
    (
        "has_function_privilege('pg_switch_wal()', 'EXECUTE')",
        "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {}",
    ),
)


def place_of(url: URL) -> str:
    """An address as it may be shown: without its password and its options."""
    host = url.query.get("host", url.host) or "this machine"
    host = host if isinstance(host, str) else host[0]
    return f"{url.database or url.username or 'postgres'} at {host}"


def unmet(connection: Connection, place: str, schema: str) -> tuple[Fault, ...]:
    """What of the server is not as it must be. A `schema` of the site's own is made where it is
    not there, if that may be. Raises SQLAlchemyError."""
    ask = connection.exec_driver_sql
    if int(ask("SHOW server_version_num").scalar_one()) < OLDEST:
        return (Fault(place, None, "this server is older than PostgreSQL 15", "use a later one"),)
    encoding = ask("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        message = f"the database keeps texts as {encoding}, which has not every letter"
        hint = "make another one: createdb --encoding UTF8 --template template0"
        return (Fault(place, None, message, hint),)
    if by_schema := _unmet_by_schema(connection, place, schema):
        return by_schema
    faults = []
    for rule in RULES:
        found = ask(f"SELECT current_setting('{rule.name}', true)").scalar_one()
        if found not in (None, rule.value):  # Of a later version, or of a module that is not there.
            faults.append(
                Fault(
                    place,
                    None,
                    f'the server has "{rule.name} = {found}": {rule.otherwise}',
                    f"ALTER SYSTEM SET {rule.name} = {rule.value} in psql, and restart the server",
                )
            )
    for slot in ask(SLOTS).scalars():
        message = f"the server keeps its log for the replication slot {slot}"
        hint = f"SELECT pg_drop_replication_slot({slot}) in psql"
        faults.append(Fault(place, None, message, hint))
    role = ask("SELECT quote_ident(current_user)").scalar_one()
    for right, grant in RIGHTS:
        if not ask(f"SELECT {right}").scalar_one():
            message = f"{role} may not have the server forget its log"
            faults.append(Fault(place, None, message, f"{grant.format(role)} in psql"))
    return tuple(faults)


def _unmet_by_schema(connection: Connection, place: str, schema: str) -> tuple[Fault, ...]:
    """What keeps the service from making tables in the schema, or from using those there."""
    ask = connection.exec_driver_sql
    role = ask("SELECT quote_ident(current_user)").scalar_one()
    used = ask("SELECT quote_ident(current_schema())").scalar()
    if used is None and schema and not ask(IS_THERE, (schema,)).scalar():
        if ask(MAY_MAKE).scalar():
            return ()
        message = "the site has no schema there, and the service may make none"
        hint = f"CREATE SCHEMA {schema} AUTHORIZATION {role} in psql"
        return (Fault(place, None, message, hint),)
    if used is None and not schema:
        hint = "make it: CREATE SCHEMA; or name another: ?options=-csearch_path%3DNAME"
        return (Fault(place, None, "the schema of the address does not exist", hint),)
    if used is None or not ask("SELECT has_schema_privilege(current_schema(), 'CREATE')").scalar():
        hint = f"GRANT CREATE, USAGE ON SCHEMA {used or schema} TO {role} in psql"
        return (Fault(place, None, "the service may make no tables in its schema", hint),)
    if of := ask(OF_OTHERS).scalar():
        hint = f"{GIVEN.format(role=role, schema=used)} in psql"
        return (Fault(place, None, f"its tables belong to {of}, and not to {role}", hint),)
    return ()


def _code_of(message: str) -> str:
    """The code of a server that let nobody in, of which the driver tells only the words."""
    return next((code for code, words in REFUSALS if re.search(words, message)), "")


def refused(place: str, error: Exception) -> Fault:
    """What a failure to use the server means. A driver's own words may hold a password."""
    original = getattr(error, "orig", None) or error
    code = getattr(original, "sqlstate", None) or _code_of(str(original))
    if code.startswith("28"):
        hint = "look at the user and the password of the address, and at pg_hba.conf"
        return Fault(place, None, "the server does not let the service in", hint)
    if code == "3D000":
        return Fault(place, None, "there is no such database", "make it: createdb")
    if code == "42501":
        hint = "let its user make tables there: GRANT CREATE, USAGE ON SCHEMA"
        return Fault(place, None, "the service may not make its tables", hint)
    if not code or code.startswith(("08", "57")):
        hint = "start it, or look at the host and the port of the address"
        return Fault(place, None, "the server does not answer", hint)
    return Fault(place, None, f"it cannot be used (code {code})", "look into the server's log")
