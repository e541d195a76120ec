"""What the figures were measured on."""

import os
import platform
from importlib.metadata import version

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest

from bench.figures import Machine
from bench.testbed import Testbed


def load_average() -> float:
    """Processes that ran or waited, on average over the last minute."""
    return round(os.getloadavg()[0], 2)


async def describe(bed: Testbed, load_before: float) -> Machine:
    server = await bed.temporal.workflow_service.get_system_info(GetSystemInfoRequest())
    return Machine(
        cores=os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        temporal_sdk=version("temporalio"),
        temporal_server=server.server_version,
        postgresql=str(await bed.database.fetchval("SHOW server_version")),
        load_before=load_before,
        load_after=load_average(),
    )
