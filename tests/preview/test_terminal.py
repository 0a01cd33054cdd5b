"""What a preview says holds up nothing, whoever reads it or not."""

from __future__ import annotations

import threading

from analytics.preview.terminal import MOST_WAITING, Terminal


def test_all_is_written_in_its_order() -> None:
    written: list[tuple[str, bool]] = []
    terminal = Terminal(lambda text, err: written.append((text, err)))
    terminal.start()
    terminal.say("one")
    terminal.say("two", err=False)
    terminal.end()
    assert written == [("one", True), ("two", False)]


def test_where_nobody_reads_nobody_waits() -> None:
    """Nor is more and more of it kept; what is newest is written once somebody does."""
    read, written = threading.Event(), list[str]()

    def write(text: str, _err: bool) -> None:
        read.wait()
        written.append(text)

    terminal = Terminal(write)
    terminal.start()
    for number in range(3 * MOST_WAITING):
        terminal.say(str(number))
    terminal.end()
    assert terminal.is_alive()
    read.set()
    terminal.join()
    assert len(written) <= MOST_WAITING + 1
    assert written[-1] == str(3 * MOST_WAITING - 1)


def test_whoever_read_it_may_go() -> None:
    written: list[str] = []

    def write(text: str, _err: bool) -> None:
        if text == "one":
            raise BrokenPipeError
        written.append(text)

    terminal = Terminal(write)
    terminal.start()
    terminal.say("one")
    terminal.say("two")
    terminal.end()
    assert written == ["two"]
