"""Findings about what pages send and do: requests, sockets, workers, reading of the browser."""

from __future__ import annotations

from collections.abc import Iterator

from audit.observations import Act, Journey, Observed, SentRequest, Snapshot
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from audit.rules.storage import untimely

STAFF = "/staff/"
NOT_FOUND = 404

BY_BROWSERS = "/favicon.ico"
"""What a browser may ask for by itself (https://html.spec.whatwg.org/#rel-icon)."""

BY_ITSELF = ("seen by the server", "document")
"""What no page asks for: what came to the service, whoever sent it, and what is gone to."""

KEEPS = {
    "document.cookie",
    "cookieStore.set",
    "indexedDB.open",
    "caches.open",
    "storage.getDirectory",
    "serviceWorker.register",
    "service worker",
}
ASKS = {
    "Notification.requestPermission",
    "storage.persist",
    "push.subscribe",
    "permissions.query",
    "geolocation.getCurrentPosition",
    "geolocation.watchPosition",
    "clipboard.read",
    "clipboard.readText",
    "mediaDevices.getUserMedia",
    "mediaDevices.getDisplayMedia",
    "document.requestStorageAccess",
    "document.requestStorageAccessFor",
    "USB.requestDevice",
    "HID.requestDevice",
    "Serial.requestPort",
    "Bluetooth.requestDevice",
    "IdleDetector.requestPermission",
    "WakeLock.request",
}
TALKS = {
    "socket",
    "worker",
    "new Worker",
    "new SharedWorker",
    "new WebSocket",
    "new EventSource",
    "new WebTransport",
    "new RTCPeerConnection",
    "new BroadcastChannel",
    "navigator.sendBeacon",
}


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Everything sent or done that the register does not allow, or not yet, or no more."""
    for journey in observed.journeys:
        yield from _not_there(journey)
        before: frozenset[str] = frozenset()
        for snapshot in journey.snapshots:
            before |= snapshot.agreed
            for request in snapshot.requests:
                for finding in _request(declared, journey, snapshot, before, request):
                    yield at(finding, journey, snapshot)
            for act in snapshot.acts:
                for finding in _act(declared, snapshot, before, act):
                    yield at(finding, journey, snapshot)


def _request(
    declared: Declared,
    journey: Journey,
    snapshot: Snapshot,
    before: frozenset[str],
    request: SentRequest,
) -> Iterator[Finding]:
    if not request.origin.startswith(("http", "ws")):
        return
    if request.origin != journey.origin:
        recipients = {recipient.origin for recipient in declared.register.recipients}
        if request.origin not in recipients:
            message = f"a page asks {request.origin} for {request.path}"
            mend = "keep a copy on this site, or remove it"
            yield Finding("request elsewhere", request.origin, message, "P6", mend)
        return
    name = f"{request.method} {request.path}"
    endpoint = declared.endpoint(request.method, request.path)
    if endpoint is not None:
        if not snapshot.agreed & declared.purposes(endpoint):
            when = untimely(endpoint.purposes[0], snapshot, before)
            message = f"a browser sends {name} {when}"
            mend = "send it only once its purpose is agreed to, and not after it is withdrawn"
            origin = declared.origin("endpoint", endpoint.path, "purposes")
            yield Finding("request without consent", name, message, "P4", mend, origin=origin)
        # Staff's scripts ask for what staff chose; a link or form of a page says what it adds.
        by_script = request.kind != "document" and not request.path.startswith(STAFF)
        if by_script and request.query and request.query not in endpoint.asks:
            message = f"a script adds to the address {name} what is not declared"
            mend = "leave out the part after the question mark, or declare it in `asks`"
            origin = declared.origin("endpoint", endpoint.path, "asks")
            yield Finding("data in an address", name, message, "P4", mend, origin=origin)
    elif request.method not in ("GET", "HEAD"):
        message = f"a browser sends {name}, an address that is not declared"
        mend = "declare an [[endpoint]] in policy/features/, or stop sending"
        yield Finding("undeclared request", name, message, "P4", mend)
    elif request.kind == "document" and request.query == journey.brought:
        return
    elif request.query and f"{request.path}?{request.query}" not in declared.asked:
        message = f"a browser sends data in the address of {request.path}"
        mend = "leave out the part after the question mark"
        yield Finding("data in an address", request.path, message, "P4", mend)


def _not_there(journey: Journey) -> Iterator[Finding]:
    """What pages ask for, and the service does not have."""
    answers = (answer for snapshot in journey.snapshots for answer in snapshot.answers)
    missing = {each.path for each in answers if each.status == NOT_FOUND} - {BY_BROWSERS}
    for snapshot in journey.snapshots:
        for request in snapshot.requests:
            is_ours = request.origin == journey.origin and request.path in missing
            if is_ours and request.kind not in BY_ITSELF:
                message = f"a page asks for {request.path}, which is no file of this site"
                mend = "remove it: which address is asked for may tell of whoever asks"
                name = f"{request.method} {request.path}"
                found = Finding("undeclared request", name, message, "P4", mend)
                yield at(found, journey, snapshot)


def _act(
    declared: Declared, snapshot: Snapshot, before: frozenset[str], act: Act
) -> Iterator[Finding]:
    if act.what == "Storage.setItem":
        yield from _storing(declared, snapshot, before, act)
    elif act.what in KEEPS:
        message = f"a script uses {act.what} to keep something in the browser"
        mend = "remove it: only declared storage keys and cookies may be kept"
        yield Finding("undeclared storage", act.what, message, "P4", mend)
    elif act.what in TALKS:
        message = f"a script uses {act.what}, which can send what no register declares"
        yield Finding("undeclared connection", act.what, message, "P6", "remove it, or use fetch")
    elif act.what in ASKS:
        message = f"a script uses {act.what}, for which a browser needs its user’s permission"
        mend = "remove it: no page of this site needs to be permitted anything"
        yield Finding("permission asked for", act.what, message, "P4", mend)
    elif act.what == "link changed":
        message = "the address of a link is another once it is pressed"
        mend = "let links lead where they say"
        yield Finding("data in an address", "a link", message, "P4", mend)
    elif act.what == "copied otherwise":
        message = "what is copied from a page is not what was marked"
        mend = "leave it to the browser"
        yield Finding("copied otherwise", "a page", message, "P4", mend)
    elif act.what == "fetch on leaving":
        return  # The service tells what came, and the security policy lets nothing go elsewhere.
    elif act.what == "violation":
        message = f"a page tried what the security policy forbids: {act.detail}"
        mend = "remove what tries it"
        yield Finding("forbidden by policy", act.detail, message, "P6", mend)
    else:
        message = f"a script reads {act.what}, which tells browsers apart"
        mend = "remove it: kinds of browser and device are told from the User-Agent"
        yield Finding("fingerprinting", act.what, message, "P4", mend)


def _storing(
    declared: Declared, snapshot: Snapshot, before: frozenset[str], act: Act
) -> Iterator[Finding]:
    where, key, *_ = (*act.detail.split(" "), "", "")
    storage = declared.storages.get((where, key))
    if storage is None:
        message = f"the browser keeps {where} {key}, which is not declared"
        mend = "declare it in policy/features/, or stop setting it"
        yield Finding("undeclared storage", f"{where} {key}", message, "P4", mend)
    elif when := untimely(storage.purpose, snapshot, before):
        message = f"{where} keeps {key}, for “{storage.purpose}”, {when}"
        mend = "write it only when the visitor answers"
        origin = declared.origin("storage", storage.name, "purpose")
        yield Finding("storage without consent", key, message, "P4", mend, origin=origin)
