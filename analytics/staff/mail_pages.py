"""Mail that waits or was set aside, and what staff decide about the latter."""

from flask import Response, request

from analytics.staff.access_log import Action
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, reads, show
from analytics.staff.roles import CONTACTS, OUTBOX

TRY, REMOVE = "try", "remove"


@reads((*CONTACTS, *OUTBOX))
def mail_page() -> Response:
    """Messages that wait or cannot be sent, with the reason. What they say is not shown."""
    said = _settled() if request.method == "POST" else ""
    context, forms = current_context(), current_context().forms
    context.access_log.record(current_staff(), Action.READ_MAIL, context.now)
    messages = forms.outbox.queued()
    return show(
        "mail.html",
        said=said,
        messages=messages,
        emails=context.contacts.emails({message.contact for message in messages}),
        prospect=forms.mail_sender.prospect,
        state=forms.mail_sender.state,
        keep=context.register.table(*OUTBOX[0]).keep_words,
    )


def _settled() -> str:
    """Do what was asked with a message that was set aside; what became of it, in a sentence."""
    context, forms = current_context(), current_context().forms
    message, removes = request.form.get("message", ""), request.form.get("what") == REMOVE
    settle = forms.outbox.give_up if removes else forms.outbox.try_again
    action = Action.REMOVED_MAIL if removes else Action.RETRIED_MAIL
    with forms.contacts.transaction() as connection:
        contact = settle(connection, message)
        if contact is None:
            return "That message is not set aside any more."
        context.access_log.note(connection, current_staff(), action, context.now, contact)
    if removes:
        return "The message is removed."
    forms.mail_sender.call()
    sent_now = forms.mail_sender.prospect == "now"
    return f"The message waits, and is tried {'now' if sent_now else 'once mail can be sent'}."
