import { IconChartLine, IconFileCode2, IconSettings, IconEye } from "@tabler/icons-react";

import type { Place } from "../shell/places";

/** The pages about the organisation itself: each is a line here. */
export const ORGANISATION_PLACES: Place[] = [
  {
    path: "supervision",
    label: "Supervision",
    icon: IconEye,
    group: "organisation",
    key: "w",
    load: () => import("./supervision/SupervisionPage"),
  },
  {
    path: "dashboards",
    below: ":figure?",
    label: "Dashboards",
    icon: IconChartLine,
    group: "organisation",
    key: "d",
    load: () => import("./figures/DashboardsPage"),
  },
  {
    path: "specification",
    below: ":tab?/*",
    label: "Specification",
    icon: IconFileCode2,
    group: "organisation",
    key: "s",
    load: () => import("./specification/SpecificationPage"),
  },
  {
    path: "administration",
    below: ":tab?",
    label: "Administration",
    icon: IconSettings,
    group: "organisation",
    role: "lead",
    key: "o",
    load: () => import("./administration/AdministrationPage"),
  },
];
