"""`/v1/vendors`: which vendors answer."""

from fastapi import APIRouter
from pydantic import Field

from domain.delivery.vendors import VendorState
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer

router = APIRouter(prefix="/v1/vendors", tags=["operation"])


class VendorView(VendorState):
    """A vendor's state with what it means."""

    text: str = Field(description="One sentence for people.")


@router.get("")
async def list_vendors(_: Viewer, services: ServicesDependency) -> list[VendorView]:
    """Every vendor that this installation has called, by name."""
    now = services.now()
    states = await services.store.vendors.read()
    return [VendorView(**state.model_dump(), text=state.sentence(now)) for state in states]
