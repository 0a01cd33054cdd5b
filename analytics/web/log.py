"""The only writer of the log: lines that the register declares, with values of declared kinds."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from sysconfig import get_path

from policy.register import Register
from policy.register_entries import LogLine

__all__ = ["ServiceLog", "place_of"]

LOGGER = logging.getLogger("plainsite")
LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
UNSAYABLE = "?"
LIBRARIES = tuple({get_path(name) for name in ("stdlib", "purelib", "platlib")})


class ServiceLog:
    """Says what happened, in the words of the register."""

    def __init__(self, register: Register) -> None:
        self._logs = {log.name: log for log in register.logs if log.writer == "service"}

    def say(self, name: str, **fields: object) -> None:
        """Write the line `name`. A value that is not of its declared kind is written as "?", as it
        may be personal. Raises KeyError for a line that is not declared, or other fields than its.
        """
        log = self._logs[name]
        if fields.keys() != {field.name for field in log.fields}:
            raise KeyError(f'the log line "{name}" has other fields than {sorted(fields)}')
        LOGGER.log(LEVELS[log.level], _line(log, fields))


def _line(log: LogLine, fields: dict[str, object]) -> str:
    said = {
        field.name: value if re.fullmatch(field.pattern, value) else UNSAYABLE
        for field in log.fields
        for value in [str(fields[field.name])]
    }
    return log.says.format_map(said)


def place_of(error: BaseException) -> str:
    """The file and line in which an exception was raised, without the folder.

    The last line that is ours: where a library raised it, the library's line says little.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if not frame.filename.startswith(LIBRARIES)]
    last = (ours or frames)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last) or UNSAYABLE
