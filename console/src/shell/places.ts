import { IconChecklist, IconInbox, IconMessages, type IconProps } from "@tabler/icons-react";
import type { ComponentType } from "react";

import { may, type Me, type Role } from "../api/me";
import { ORGANISATION_PLACES } from "../organisation/places";

/** A page of the console. `load` brings its code when it is opened first. */
export interface Place {
  path: string;
  /** What may follow `path` on the same page, such as `:view?/:conversationId?`. */
  below?: string;
  label: string;
  icon: ComponentType<IconProps>;
  group: "work" | "organisation";
  /** Who sees it in the navigation; the API decides what they may do there. */
  role?: Role;
  /** The second key after `g`. */
  key?: string;
  load: () => Promise<{ Component: ComponentType }>;
}

export const WORK_PLACES: Place[] = [
  {
    path: "inbox",
    below: ":view?/:conversationId?",
    label: "Inbox",
    icon: IconInbox,
    group: "work",
    key: "i",
    load: () => import("../inbox/InboxPage"),
  },
  {
    path: "approvals",
    below: ":approvalId?",
    label: "Approvals",
    icon: IconChecklist,
    group: "work",
    key: "a",
    load: () => import("../approvals/ApprovalsPage"),
  },
  {
    path: "colleagues",
    below: ":roomId?",
    label: "Colleagues",
    icon: IconMessages,
    group: "work",
    key: "c",
    load: () => import("../colleagues/ColleaguesPage"),
  },
];

export const PLACES: Place[] = [...WORK_PLACES, ...ORGANISATION_PLACES];

/** Auditors read everything that leads read, so they see every page. */
export function isFor(place: Place, me: Me): boolean {
  return place.role === undefined || may(me, place.role) || me.roles.includes("auditor");
}
