"""All vendors served at once, each on ports of its own."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

from pydantic import BaseModel

from sandbox.authority import Authority
from sandbox.process.page import page_app
from sandbox.process.vendor import Links, NextPort, Vendor
from sandbox.serving import serving


class Served(BaseModel):
    """A vendor's addresses by name, and the variables that point Holdfast at it; `is_chosen` as in `Vendor`."""

    title: str
    addresses: dict[str, str]
    environment: dict[str, str]
    is_chosen: bool


class Running(BaseModel):
    """Where everything is."""

    page: str
    vendors: tuple[Served, ...]


@contextmanager
def running(vendors: Sequence[Vendor], *, folder: Path, holdfast: str, port_base: int) -> Iterator[Running]:
    """Serve the page on `port_base` and the vendors on the ports after it, in their order; 0 takes any free ports.

    The authority is kept in `folder`. `holdfast` is the address that webhooks are posted to. Raises OSError for a
    port that is taken.
    """
    authority = Authority(folder)
    next_port = _ports(port_base)
    with ExitStack() as stack:
        page_port = next_port()
        served = [_served(vendor, stack, authority, next_port, holdfast) for vendor in vendors]
        addresses = {vendor.name: list(one.addresses.values()) for vendor, one in zip(vendors, served, strict=True)}
        page = stack.enter_context(serving(page_app(vendors, addresses, holdfast), page_port))
        yield Running(page=page, vendors=tuple(served))


def _served(vendor: Vendor, stack: ExitStack, authority: Authority, next_port: NextPort, holdfast: str) -> Served:
    addresses = dict(stack.enter_context(vendor.serving(authority, next_port)))
    links = Links(addresses=addresses, ca_file=authority.ca_file.resolve(), holdfast=holdfast)
    vendor.stand_in.furnish = partial(vendor.furnish, links)
    vendor.stand_in.restart()
    environment = dict(vendor.environment(links))
    return Served(title=vendor.title, addresses=addresses, environment=environment, is_chosen=vendor.is_chosen)


def _ports(base: int) -> NextPort:
    numbers = count(base)
    return (lambda: next(numbers)) if base else (lambda: 0)
