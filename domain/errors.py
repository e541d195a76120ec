"""Every error of Holdfast, in one tree. Texts say what is wrong and what to do, and carry no personal data.

HoldfastError
├── RetryableError          try again later; a hint may say when
│   ├── UnavailableError        an external system (model, CRM, channel) does not answer
│   │   └── StoreUnavailableError   our own database does not, so nothing can be done until it does
│   └── RateLimitedError        an external system asks us to slow down
└── PermanentError          the same call will fail again
    ├── InvalidInputError       what a customer, vendor, operator or file gave us is wrong
    ├── NotFoundError           the named thing does not exist
    ├── ConflictError           the state does not allow it (decided, stale, owned by somebody else)
    ├── ForbiddenError          the caller's role does not allow it
    ├── CredentialsError        our key for an external system is missing or refused
    └── ModelOutputError        the model returned nothing, or something unusable
"""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.conversation.turn import Usage


class HoldfastError(Exception):
    """Base of all; `str(error)` is safe to show and to log. `spent` is what models cost that gave nothing usable."""

    spent: "tuple[Usage, ...]" = ()


class RetryableError(HoldfastError):
    """Worth another try, after `retry_after` where the external system said when."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(RetryableError):
    """An external system does not answer."""


class StoreUnavailableError(UnavailableError):
    """Our own database does not answer: no model, channel or tool has failed, and nobody can do anything instead."""


class RateLimitedError(RetryableError):
    """An external system asks us to slow down."""


class PermanentError(HoldfastError):
    """The same call will fail again."""


class InvalidInputError(PermanentError):
    """What we were given is wrong."""


class NotFoundError(PermanentError):
    """The named thing does not exist."""


class ConflictError(PermanentError):
    """The state does not allow it."""


class ForbiddenError(PermanentError):
    """The caller's role does not allow it."""


class CredentialsError(PermanentError):
    """Our key for an external system is missing or refused."""


class ModelOutputError(PermanentError):
    """The model returned nothing, or something unusable."""
