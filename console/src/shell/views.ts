import {
  IconAlertTriangle,
  IconAt,
  IconHourglass,
  IconInbox,
  IconRobot,
  IconUsersGroup,
  type IconProps,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

import type { View } from "../api/contract";

interface InboxView {
  view: View;
  label: string;
  icon: ComponentType<IconProps>;
  /** What an empty list of it means. */
  empty: string;
}

export const INBOX_VIEWS: InboxView[] = [
  { view: "mine", label: "Mine", icon: IconAt, empty: "You own no conversation. Take one over, and it is here." },
  { view: "team", label: "Team", icon: IconUsersGroup, empty: "Nothing waits for a person of your teams." },
  { view: "approval", label: "Waits for approval", icon: IconHourglass, empty: "No draft waits for a decision." },
  { view: "ai", label: "With AI", icon: IconRobot, empty: "No open conversation is with an AI agent." },
  { view: "risk", label: "At risk", icon: IconAlertTriangle, empty: "Nothing is late or in danger of being late." },
  { view: "all", label: "All", icon: IconInbox, empty: "No customer has written yet." },
];
