"""Every kind of finding, in a sentence that reports show."""

from __future__ import annotations

__all__ = ["KINDS"]

KINDS = {
    "box ticked beforehand": "A box that agrees to something was ticked when the page came.",
    "cookie otherwise": "A cookie differs from its declaration.",
    "cookie set elsewhere": "An address set a cookie that it is not declared to set.",
    "cookie without consent": "A cookie was kept before its purpose was agreed to, or after.",
    "data in an address": "A browser sent data behind the question mark of an address.",
    "declared, never seen": "Something is declared, and no journey came by it.",
    "fingerprinting": "A script read what tells one browser from another.",
    "forbidden by policy": "A page tried what the content security policy forbids.",
    "identifier": "Two browsers that did the same kept different bytes.",
    "journey cut short": "A journey that visitors make could not be finished.",
    "kept too long": "The server keeps a row for longer than is declared.",
    "letter to somebody else": "A letter went to an address that the visitor did not give.",
    "letter with something else": "A letter holds more than text and links to the site itself.",
    "letter without a legal basis": "A letter was sent that no act of its receiver allows.",
    "not as published": "The service answered with something else than the file that was built.",
    "no way to withdraw": "A page has no link to where a choice is withdrawn.",
    "page without consent": "A page came as for a group that its visitor did not agree to be of.",
    "privacy page": "The privacy page does not say what the register declares.",
    "question": "The question was asked where it must not be, or not where it must.",
    "request elsewhere": "A page asked another site for something.",
    "request without consent": "A request was sent before its purpose was agreed to, or after.",
    "security header": "A security header is not the one that follows from the register.",
    "storage otherwise": "A storage key differs from its declaration.",
    "storage without consent": "Something was stored before its purpose was agreed to, or after.",
    "stored without consent": "The server keeps rows for a purpose that nobody agreed to.",
    "trace of a visitor": "Something of a visitor is in a file or log that must not hold it.",
    "undeclared Set-Cookie": "An answer set a cookie otherwise than any that is declared.",
    "undeclared column": "A database has a column that is not declared.",
    "undeclared connection": "A script, or the service, can send by a way that is not declared.",
    "undeclared cookie": "A browser keeps a cookie that is not declared.",
    "undeclared field": "A form asks for what is not declared.",
    "undeclared file": "The service wrote to a file that is not one of its own.",
    "undeclared header": "An answer carried a header that is not declared.",
    "undeclared log line": "The service wrote a line to its log that is not declared.",
    "undeclared request": "A browser sent something to an address that is not declared.",
    "undeclared storage": "A browser keeps something that is not declared.",
    "undeclared table": "A database has a table that is not declared.",
    "unequal buttons": "To reject is not as easy as to accept.",
    "wall": "Nothing of the site can be used before its question is answered.",
    "wording by visitor": "A page came in another wording than the one of its time.",
}
"""Every kind of finding, in a sentence."""
