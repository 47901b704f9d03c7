"""Every use case about webhooks that names an account: the role it takes, and what it changes."""

from aiguillage.desk import facts, webhooks
from aiguillage.domain.accounts import Role
from aiguillage.domain.webhooks import Webhook
from aiguillage.storage.deliveries import Wanted
from tests.cast import ACCOUNT
from tests.desk.use_case import Asked, UseCase, id_of

HOOK = Webhook(name="ERP", url="https://example.org/calls", events=("contact.changed",))


def ping_of(asked: Asked) -> int:
    """The id of a delivery to CL0000's webhook, which is at no public address."""
    cast = asked.cast
    return webhooks.ping_webhook(cast.db, cast.operator, ACCOUNT, id_of(asked, "webhook")).id


WEBHOOK_USE_CASES = [
    UseCase(
        facts.add_fact,
        Role.MANAGE,
        lambda a: facts.add_fact(a.cast.db, a.actor, a.code, HOOK),
        "facts",
    ),
    UseCase(
        facts.set_fact,
        Role.MANAGE,
        lambda a: facts.set_fact(a.cast.db, a.actor, a.code, "webhook", id_of(a, "webhook"), {"active": False}),
        "facts",
    ),
    UseCase(facts.list_facts, Role.MANAGE, lambda a: facts.list_facts(a.cast.db, a.actor, a.code, "webhook")),
    UseCase(
        webhooks.add_webhook, Role.MANAGE, lambda a: webhooks.add_webhook(a.cast.db, a.actor, a.code, HOOK), "facts"
    ),
    UseCase(
        webhooks.set_webhook,
        Role.MANAGE,
        lambda a: webhooks.set_webhook(a.cast.db, a.actor, a.code, id_of(a, "webhook"), {"name": "ERP"}),
        "facts",
    ),
    UseCase(
        webhooks.remove_webhook,
        Role.MANAGE,
        lambda a: webhooks.remove_webhook(a.cast.db, a.actor, a.code, id_of(a, "webhook")),
        "facts",
    ),
    UseCase(
        webhooks.show_webhook,
        Role.MANAGE,
        lambda a: webhooks.show_webhook(a.cast.db, a.actor, a.code, id_of(a, "webhook")),
    ),
    UseCase(webhooks.list_webhooks, Role.MANAGE, lambda a: webhooks.list_webhooks(a.cast.db, a.actor, a.code)),
    UseCase(
        webhooks.regenerate_secret,
        Role.MANAGE,
        lambda a: webhooks.regenerate_secret(a.cast.db, a.actor, a.code, id_of(a, "webhook")),
        "facts",
    ),
    UseCase(
        webhooks.ping_webhook,
        Role.MANAGE,
        lambda a: webhooks.ping_webhook(a.cast.db, a.actor, a.code, id_of(a, "webhook")),
    ),
    UseCase(
        webhooks.begin_ping,
        Role.MANAGE,
        lambda a: webhooks.begin_ping(a.cast.db, a.actor, a.code, id_of(a, "webhook")),
    ),
    UseCase(
        webhooks.show_delivery,
        Role.MANAGE,
        lambda a: webhooks.show_delivery(a.cast.db, a.actor, a.code, id_of(a, "webhook"), ping_of(a)),
    ),
    UseCase(
        webhooks.list_deliveries,
        Role.MANAGE,
        lambda a: webhooks.list_deliveries(a.cast.db, a.actor, a.code, id_of(a, "webhook"), Wanted()),
    ),
    UseCase(
        webhooks.resend_delivery,
        Role.MANAGE,
        lambda a: webhooks.resend_delivery(a.cast.db, a.actor, a.code, id_of(a, "webhook"), ping_of(a)),
    ),
]
