"""Sends people the links with which they choose a password."""

from datetime import datetime
from uuid import UUID

import structlog

from bittitan_plugin.domain.addresses import normalized
from bittitan_plugin.domain.emails import AccountInvitation, Email, PasswordLink
from bittitan_plugin.domain.errors import OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.history import Actor, ActorKind
from bittitan_plugin.domain.mail_limits import PASSWORD_LINKS
from bittitan_plugin.domain.one_time_links import LinkPurpose, digest
from bittitan_plugin.platforms.shop.ids import INSTALLATION
from bittitan_plugin.platforms.shop.one_time_links import NewLink
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.ports.mail import Notification
from bittitan_plugin.services.installations import open_installation
from bittitan_plugin.services.mail_limits import count_mail
from bittitan_plugin.services.ports import Ports, Tenant

log = structlog.get_logger(__name__)

#: Where the pages of the links are, below the site's own address.
CHOOSE_PASSWORD = "/choose-password/"  # noqa: S105 - an address
FIRST_RUN = "/first-run/"
#: What staff read after ``LinkMails.send``.
LINK_SENT = "Sent. The link works once; an older one no longer does."


class LinkMails:
    """Makes links and mails them. ``public_url`` is where the site is reached."""

    def __init__(self, ports: Ports, platform: ShopPlatform, public_url: str) -> None:
        self._ports = ports
        self._platform = platform
        self._site = public_url.rstrip("/")

    def send(self, user_id: UUID, by: Actor) -> NewLink:
        """Staff send a link: an invitation to whoever has no password, else one for another.

        An older link stops working. Raises ``Refusal`` as ``OneTimeLinks.make`` does, and what
        ``Mailer.send`` raises.
        """
        made = self._platform.links.make(user_id, by=by)
        self._mail(made, by_staff=True)
        return made

    def address_of(self, made: NewLink) -> str:
        """The whole address, for an operator who passes it on."""
        return f"{self._site}{CHOOSE_PASSWORD}{made.token}"

    def first_run(self) -> str | None:
        """The address that makes the first administrator; None where there is staff."""
        token = self._platform.links.make_first_run()
        return None if token is None else f"{self._site}{FIRST_RUN}{token}"

    def send_to_whoever_forgot(self, email: str) -> None:
        """Send a link to that address, if somebody has it and it is not too soon for another.

        Raises nothing that tells the two apart: the asker learns neither; what fails is logged.
        """
        user = self._platform.customers.by_email(email)
        if user is None:
            return
        tenant = Tenant(self._ports, open_installation(self._ports, INSTALLATION).id)
        asker = Actor(ActorKind.CUSTOMER, user.email)
        try:
            with tenant.writing() as work:
                counted = count_mail(work, PASSWORD_LINKS, user.id, asker, self._ports.clock())
        except Refusal:
            return
        made = self._platform.links.make_for_oneself(normalized(email))
        try:
            if made is not None:
                self._mail(made, by_staff=False)
                return
        except OutcomeUnknown as error:
            log.warning("link for another password may not have been sent", reason=str(error))
            return
        except (Rejected, Unavailable) as error:
            log.warning("link for another password was not sent", reason=str(error))
        with tenant.writing() as work:
            work.sent_mails.take_back(counted)

    def _mail(self, made: NewLink, *, by_staff: bool) -> None:
        configuration = open_installation(self._ports, INSTALLATION).configuration
        self._ports.mailer.send(
            Notification(
                email=self._email(made, made.expires_at.astimezone(configuration.zone), by_staff),
                to=made.user.email,
                sender=configuration.sender_email,
                branding=configuration.branding,
                key=f"link-{digest(made.token)}",
            )
        )

    def _email(self, made: NewLink, expires_at: datetime, by_staff: bool) -> Email:
        user, link = made.user, self.address_of(made)
        name = user.name or user.company or user.email
        if made.purpose is LinkPurpose.INVITATION:
            return AccountInvitation(
                name=name, email=user.email, link=link, link_expires_at=expires_at
            )
        return PasswordLink(
            name=name,
            email=user.email,
            by_staff=by_staff,
            link=link,
            link_expires_at=expires_at,
        )
