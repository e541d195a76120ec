"""Zendesk's client zenpy: settings, one method for each question, errors. Nothing else imports it.

zenpy is GPL-3.0 and an optional extra (docs/decisions/0016). It waits and tries again by itself on 429 and unless told
otherwise on 503; here its session raises first, so Temporal's retry policy is the only one. It keeps what it sends in
itself, so every call has a client of its own; they share the session with its connections.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import Field, SecretStr, field_validator, model_validator

from domain.conversation.ownership import Status
from domain.delivery.inbound import InboundFile
from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from domain.model import Frozen
from integrations.authorities import trusting
from integrations.blocking import in_a_thread, on_cuttable_connections
from integrations.helpdesk.zendesk.tickets import TicketStatus
from integrations.settings import VendorSettings

try:
    import zenpy  # type: ignore[import-untyped]
    from zenpy.lib.api_objects import BaseObject, Comment, Ticket  # type: ignore[import-untyped]
    from zenpy.lib.exception import ZenpyException  # type: ignore[import-untyped]
except ModuleNotFoundError:
    zenpy = None

Raw = dict[str, Any]
Result = TypeVar("Result")

NOT_INSTALLED = (
    "Zendesk needs its client, an optional part under GPL-3.0: pip install '.[zendesk]' where Holdfast lies."
)
NOT_ZENDESK = "Something that is not Zendesk answered: check HOLDFAST_ZENDESK_BASE_URL."
CONNECT_SECONDS = 3.0
CHECK_CREDENTIALS = "check HOLDFAST_ZENDESK_EMAIL with HOLDFAST_ZENDESK_API_TOKEN, or HOLDFAST_ZENDESK_OAUTH_TOKEN"


class ZendeskSettings(VendorSettings):
    """An account of Zendesk and the agent of it that Holdfast is."""

    prefix: ClassVar[str] = "ZENDESK"

    base_url: str = Field(
        pattern=r"^https://[^/.]+\.[^/]+$", description="Address of the account, such as https://acme.zendesk.com."
    )
    email: str | None = Field(None, description="Email address of Holdfast's own agent; with an API token.")
    api_token: SecretStr | None = Field(None, description="API token, from Admin Center; used with the email address.")
    oauth_token: SecretStr | None = Field(None, description="OAuth access token, instead of email and API token.")
    webhook_secret: SecretStr = Field(description="Signing secret of the webhook, from Admin Center.")
    public_url: str = Field(
        pattern="^https?://[^/]+$", description="Our address as Zendesk calls it, such as https://support.example.com."
    )
    reply_status: TicketStatus | Literal["unchanged"] = Field(
        "pending", description="Status of a ticket once it was answered, or unchanged."
    )
    ticket_statuses: dict[Status, TicketStatus] = Field(
        {Status.WITH_HUMAN: "open", Status.AWAITING_APPROVAL: "open", Status.RESOLVED: "solved"},
        description="Status of a ticket by the conversation's, as JSON; a status that is missing changes nothing.",
    )
    status_tags: dict[Status, str] = Field(
        {Status.WITH_HUMAN: "holdfast_with_human"},
        description="Tag that a ticket has while the conversation has a status, as JSON.",
    )
    status_field: int | None = Field(None, description="Id of a custom ticket field that shows the status.")
    poll_seconds: float = Field(20, gt=0, le=30, description="Pause between two reads of what has changed.")
    timeout_seconds: float = Field(15, gt=0, le=60, description="How long one request to Zendesk may take.")
    ca_file: Path | None = Field(None, description="File of an authority to trust besides the usual ones (PEM).")

    @field_validator("base_url", "public_url", mode="before")
    @classmethod
    def _without_slash(cls, url: object) -> object:
        return url.rstrip("/") if isinstance(url, str) else url

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.email and self.api_token) == bool(self.oauth_token):
            raise ValueError("set email and api_token, or oauth_token alone")
        return self

    @property
    def webhook(self) -> str:
        return f"{self.public_url}/webhooks/zendesk"


class TicketPage(Frozen):
    """A part of the incremental export. `after` is the cursor of the next; `ended`: nothing more has changed yet."""

    tickets: tuple[Raw, ...]
    after: str | None
    ended: bool


class ZendeskApi:
    """What we ask of Zendesk, as JSON. zenpy blocks, so every call has a thread. Raises domain errors only."""

    def __init__(self, settings: ZendeskSettings) -> None:
        if zenpy is None:
            raise InvalidInputError(NOT_INSTALLED)
        self._session = _Session(settings)
        address = urlsplit(settings.base_url).netloc
        self._subdomain, _, self._domain = address.partition(".")

    async def me(self) -> Raw:
        return _one(await self._ask(lambda client: client.users.me()))

    async def users(self, ids: Sequence[int]) -> list[Raw]:
        return _all(await self._ask(lambda client: list(client.users(ids=ids)))) if ids else []

    async def find_users(self, *, query: str = "", external_id: str = "") -> list[Raw]:
        """People by a search, or by the CRM's id for them."""
        return _all(
            await self._ask(
                lambda client: list(client.users.search(query=query or None, external_id=external_id or None))
            )
        )

    async def organization(self, organization_id: int) -> Raw:
        return _one(await self._ask(lambda client: client.organizations(id=organization_id)))

    async def ticket(self, ticket_id: int) -> Raw:
        return _one(await self._ask(lambda client: client.tickets(id=ticket_id)))

    async def unsolved_tickets_of(self, user_id: int, limit: int) -> tuple[int, list[Raw]]:
        """How many tickets of a requester are not solved, and those of them that changed last."""

        def search(client: Any) -> tuple[int, list[Raw]]:
            found = client.search(
                type="ticket", requester=user_id, status_less_than="solved", sort_by="updated_at", sort_order="desc"
            )
            return found.count, _all(list(islice(found, limit)))

        return await self._ask(search)

    async def comments(self, ticket_id: int) -> list[Raw]:
        """All comments of a ticket, the oldest first, internal ones included."""
        return _all(
            await self._ask(lambda client: list(client.tickets.comments(ticket_id, include_inline_images=True)))
        )

    async def audits(self, ticket_id: int) -> list[Raw]:
        return _all(await self._ask(lambda client: list(client.tickets.audits(ticket=ticket_id))))

    async def changed_tickets(self, *, since: int = 0, after: str | None = None) -> TicketPage:
        """A page of what has changed: after a cursor, or since a moment (seconds since 1970)."""

        def read(client: Any) -> TicketPage:
            pages = client.tickets.incremental(cursor=quote(after)) if after else client.tickets.incremental(since)
            return TicketPage(
                tickets=tuple(_all(pages.values or ())), after=pages.after_cursor, ended=pages.end_of_stream
            )

        return await self._ask(read)

    async def comment(
        self, ticket_id: int, text: str, *, public: bool, files: Sequence[InboundFile], **changes: Any
    ) -> Raw:
        """Add a comment with files, and change the ticket in the same request; the audit of it."""

        def write(client: Any) -> Any:
            uploads = [
                client.attachments.upload(
                    file.content, target_name=quote(file.name, safe=""), content_type=file.media_type
                ).token
                for file in files
            ]
            comment = Comment(body=text, public=public, uploads=uploads)
            return client.tickets.update(Ticket(id=ticket_id, comment=comment, **changes)).audit

        return _one(await self._ask(write))

    async def change(self, ticket_id: int, **changes: Any) -> None:
        await self._ask(lambda client: client.tickets.update(Ticket(id=ticket_id, **changes)))

    async def change_tags(self, ticket_id: int, *, add: Sequence[str], remove: Sequence[str]) -> None:
        """Leaves all other tags as they are, whoever changes them meanwhile."""
        if add:
            await self._ask(lambda client: client.tickets.add_tags(ticket_id, list(add)))
        if remove:
            await self._ask(lambda client: client.tickets.delete_tags(ticket_id, list(remove)))

    async def download(self, url: str) -> bytes:
        """A file of a comment."""
        return await self._ask(lambda _: self._session.get(url).content)

    def is_own(self, url: str) -> bool:
        """Whether an address is of our account, so that our credentials may go there."""
        return self._session.is_own(url)

    async def articles(self) -> list[Raw]:
        """All articles, drafts and restricted ones included.

        zenpy would read the incremental export of articles for ever, because its last page names a next one.
        """
        return _all(await self._ask(lambda client: list(client.help_center.articles())))

    async def sections(self) -> list[Raw]:
        return _all(await self._ask(lambda client: list(client.help_center.sections())))

    async def webhooks(self) -> list[Raw]:
        return _all(await self._ask(lambda client: list(client.webhooks.list())))

    async def webhook_secret(self, webhook_id: str) -> str:
        secret: str = _one(await self._ask(lambda client: client.webhooks.show_secret(webhook_id)))["secret"]
        return secret

    async def ticket_field(self, field_id: int) -> Raw:
        return _one(await self._ask(lambda client: client.ticket_fields(id=field_id)))

    async def _ask(self, question: Callable[[Any], Result]) -> Result:
        client = zenpy.Zenpy(subdomain=self._subdomain, domain=self._domain, session=self._session, disable_cache=True)
        try:
            return await in_a_thread(lambda: question(client))
        except requests.RequestException:
            raise UnavailableError("Zendesk cannot be reached, or it hung up: check the network.") from None
        except ZenpyException:
            raise UnavailableError(NOT_ZENDESK) from None


class _Session(requests.Session):
    """Adds time limits, our credentials and a further authority; raises what Zendesk refuses as a domain error."""

    authorized = True

    def __init__(self, settings: ZendeskSettings) -> None:
        super().__init__()
        self._base = urlsplit(settings.base_url)
        # One that connected later might write when its claim to send is over.
        self._timeout_seconds = (min(settings.timeout_seconds, CONNECT_SECONDS), settings.timeout_seconds)
        self.auth = _credentials(settings)
        on_cuttable_connections(self, trusting(settings.ca_file))

    def is_own(self, url: str) -> bool:
        address = urlsplit(url)
        return (address.scheme, address.netloc) == (self._base.scheme, self._base.netloc)

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        options["timeout"] = self._timeout_seconds
        response = super().request(method, url, *arguments, **options)
        if response.status_code >= 400:
            raise _refusal(response)
        is_api = urlsplit(str(url)).path.startswith("/api/")
        if is_api and response.status_code != 204 and "json" not in response.headers.get("Content-Type", ""):
            raise UnavailableError(NOT_ZENDESK)
        return response


def _credentials(settings: ZendeskSettings) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """An authentication of our own, so that no .netrc is asked for another; it does not follow to another host."""
    if settings.oauth_token:
        header = f"Bearer {settings.oauth_token.get_secret_value()}"
    else:
        token = settings.api_token.get_secret_value() if settings.api_token else ""
        header = "Basic " + base64.b64encode(f"{settings.email}/token:{token}".encode()).decode()

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = header
        return request

    return sign


def _refusal(response: requests.Response) -> HoldfastError:
    """The domain error of a refused request. Zendesk's own texts are dropped: they repeat what was sent."""
    status, after = response.status_code, _retry_after(response.headers)
    if status == 401:
        return CredentialsError(f"Zendesk refused our credentials (HTTP 401): {CHECK_CREDENTIALS}.")
    if status == 403:
        return CredentialsError("Zendesk does not allow our agent to do this (HTTP 403): make it an administrator.")
    if status == 404:
        return NotFoundError("Zendesk does not know what was asked for (HTTP 404): it was deleted, or never there.")
    if status == 429:
        return RateLimitedError("Zendesk asks us to slow down (HTTP 429).", retry_after=after)
    if status in (408, 409) or status >= 500:
        return UnavailableError(f"Zendesk has a problem of its own (HTTP {status}).", retry_after=after)
    if status == 422:
        return _invalid_record(response)
    return InvalidInputError(f"Zendesk does not accept the request (HTTP {status}).")


def _invalid_record(response: requests.Response) -> HoldfastError:
    """Names the fields at fault. A closed ticket can never be changed again."""
    details = _details(response)
    if any("closed" in str(problem.get("description", "")) for problem in details.get("status", ())):
        return ConflictError("The ticket is closed, which Zendesk never undoes: write to the customer in a new one.")
    fields = ", ".join(sorted({_field(name, problem) for name, problems in details.items() for problem in problems}))
    fields = fields or "unknown"
    return InvalidInputError(f"Zendesk does not accept the values of: {fields} (HTTP 422, RecordInvalid).")


def _field(name: str, problem: Raw) -> str:
    """The field that a problem is about; those that the account's own rules require stand under `base`."""
    kind, number = problem.get("ticket_field_type"), problem.get("ticket_field_id")
    return f"ticket field {number} ({kind})" if number else name


def _details(response: requests.Response) -> Mapping[str, Sequence[Raw]]:
    try:
        body = response.json()
    except ValueError:
        return {}
    details = body.get("details") if isinstance(body, dict) else None
    return details if isinstance(details, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    stated = headers.get("Retry-After", "")
    return timedelta(seconds=int(stated)) if stated.isdecimal() else None


def _one(found: Any) -> Raw:
    if not isinstance(found, BaseObject):
        raise UnavailableError(NOT_ZENDESK)
    plain: Raw = found.to_dict()
    return plain


def _all(found: Sequence[Any]) -> list[Raw]:
    return [_one(item) for item in found]
