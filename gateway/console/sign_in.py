"""`/console/sign-in`: to the sign-in provider, back from it, and out again."""

import re
import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from domain.access.people import Account, Asserted, Refused, entering, provided, read_claims
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RetryableError
from gateway.auth import ServicesOfCall, SignInIfAny
from gateway.browsers import (
    ATTEMPT_COOKIE,
    SIGN_IN_COOKIE,
    clear_cookie,
    cookie_name,
    local_path,
    own_address,
    set_cookie,
    sign_in_token,
)
from gateway.console.page import page
from gateway.problems import not_authenticated
from gateway.services import Services
from integrations.sign_in.oidc import OpenIdProvider, Secrets
from storage.sign_ins import Attempt

CONSOLE = "/console"
CALLBACK = "/console/sign-in/callback"
ATTEMPT_LASTS = timedelta(minutes=10)
PROVIDER = "sign-in provider"
"""Who acts in the audit trail when roles come from there."""

router = APIRouter(tags=["people"])


@router.get(CONSOLE + "/sign-in", include_in_schema=False)
async def begin(
    request: Request, services: ServicesOfCall, to: Annotated[str, Query(alias="next")] = CONSOLE
) -> Response:
    """To the provider, with secrets that must come back unchanged, by this browser."""
    if busy := _too_many(request, services):
        return busy
    if services.provider is None:
        return _not_set_up()
    address = own_address(request, services.options.public_url)
    made = Secrets(**{name: secrets.token_urlsafe(32) for name in Secrets.model_fields})
    browser = secrets.token_urlsafe(32)
    attempt = Attempt(nonce=made.nonce, verifier=made.verifier, next_path=local_path(to, CONSOLE))
    try:
        where = await services.provider.address(made, address + CALLBACK, services.now())
        await services.store.sign_ins.begin(made.state, browser, attempt, services.now(), ATTEMPT_LASTS)
    except HoldfastError as error:
        return _failed(error)
    response = RedirectResponse(where, 302, {"Cache-Control": "no-store"})
    set_cookie(response, ATTEMPT_COOKIE, browser, address, int(ATTEMPT_LASTS.total_seconds()))
    return response


@router.get(CALLBACK, include_in_schema=False)
async def come_back(
    request: Request, services: ServicesOfCall, state: str = "", code: str = "", error: str = ""
) -> Response:
    """From the provider: check all that it says, find the person, and sign them in."""
    if busy := _too_many(request, services):
        return busy
    if services.provider is None:
        return _not_set_up()
    try:
        return await _come_back(request, services, services.provider, state, code, error)
    except HoldfastError as failure:
        return _failed(failure)


@router.post(CONSOLE + "/sign-out", status_code=204)
async def sign_out(request: Request, services: ServicesOfCall, found: SignInIfAny) -> Response:
    """End this sign-in. An API key is no sign-in: it is revoked."""
    public_url = services.options.public_url
    token = sign_in_token(request, public_url)
    if found is None or token is None:
        raise not_authenticated("Nobody is signed in with this browser.")
    await services.store.sign_ins.revoke(token, services.now())
    response = Response(status_code=204)
    clear_cookie(response, SIGN_IN_COOKIE, own_address(request, public_url))
    return response


async def _come_back(
    request: Request, services: Services, provider: OpenIdProvider, state: str, code: str, error: str
) -> Response:
    now, address = services.now(), own_address(request, services.options.public_url)
    browser = request.cookies.get(cookie_name(ATTEMPT_COOKIE, address), "")
    attempt = await services.store.sign_ins.take(state, browser, now - ATTEMPT_LASTS)
    if attempt is None:
        return page(
            "This sign-in cannot be used any more",
            "It was used already, took longer than ten minutes, or began in another browser. Begin again.",
            status=400,
        )
    if error or not code:
        said = error if re.fullmatch(r"[a-z_]{1,50}", error) else "no code"
        return page("You were not signed in", f"The sign-in provider said: {said}. Try again.", status=403)
    made = Secrets(state=state, nonce=attempt.nonce, verifier=attempt.verifier)
    claims = await provider.claims(code, made, address + CALLBACK, now)
    asserted = read_claims(claims, claims["iss"], services.options.claims)
    if asserted is None:
        raise CredentialsError(
            f"The sign-in provider does not say who you are: its claim {services.options.claims.person} is missing."
        )
    return await _enter(request, services, asserted, attempt.next_path)


async def _enter(request: Request, services: Services, asserted: Asserted, next_path: str) -> Response:
    """Signed in under a new token, whatever was before; or a page that says why not."""
    now, address = services.now(), own_address(request, services.options.public_url)
    within = await _provide(services, asserted)
    members = await services.store.people.of_account(asserted.account)
    member = entering(members, within, services.options.organisation)
    if isinstance(member, Refused):
        return _refused(member, asserted.account)
    if before := sign_in_token(request, services.options.public_url):
        await services.store.sign_ins.revoke(before, now)
    token = secrets.token_urlsafe(32)
    lifetime = services.options.sign_in_lifetime
    await services.store.sign_ins.create(token, member, asserted.account, within, now, now + lifetime)
    response = RedirectResponse(next_path, 303, {"Cache-Control": "no-store"})
    set_cookie(response, SIGN_IN_COOKIE, token, address, int(lifetime.total_seconds()))
    clear_cookie(response, ATTEMPT_COOKIE, address)
    return response


async def _provide(services: Services, asserted: Asserted) -> tuple[str, ...] | None:
    """Take over what the provider says of roles and organisations; gives those in which it lets the person act."""
    members = {one.organisation: one for one in await services.store.people.of_account(asserted.account)}
    if asserted.organisations is None:
        within, concerned = None, list(members)
    else:
        served = {services.options.organisation, *await services.store.specs.organisations()}
        within = tuple(one for one in asserted.organisations if one in served)
        concerned = list(within)
    for organisation in concerned:
        changed = provided(asserted, organisation, members.get(organisation))
        if changed is not None:
            await services.store.people.keep(changed, PROVIDER, services.now())
    return within


def _too_many(request: Request, services: Services) -> HTMLResponse | None:
    wait = services.sign_in_limit.wait_seconds(request.client.host if request.client else "unknown")
    if not wait:
        return None
    answer = page("Too many sign-ins", "Too many begin at this address. Wait a minute, and try again.", status=429)
    answer.headers["Retry-After"] = str(max(1, round(wait)))
    return answer


def _not_set_up() -> HTMLResponse:
    return page(
        "Sign-in is not set up",
        "Set HOLDFAST_OIDC_ISSUER, HOLDFAST_OIDC_CLIENT_ID and HOLDFAST_OIDC_CLIENT_SECRET to those of your sign-in "
        "provider, and start the gateway again. API keys work without.",
        status=503,
        link="/docs",
        link_text="The API",
    )


def _failed(error: HoldfastError) -> HTMLResponse:
    match error:
        case RetryableError():
            return page("Sign-in does not answer", str(error), status=503, link_text="Try again")
        case InvalidInputError():
            return page("You were not signed in", f"{error} Begin again.", status=400)
        case _:
            return page("Sign-in is not set up rightly", str(error), status=502, link_text="Try again")


def _refused(refused: Refused, account: Account) -> HTMLResponse:
    facts = {"Your account": account.subject, "At": account.issuer}
    return page(refused.title, refused.text, status=403, facts=facts, link_text="Sign in with another account")
