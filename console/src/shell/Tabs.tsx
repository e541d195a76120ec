import { Indicator, UnstyledButton } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { NavLink } from "react-router";

import { useCounts } from "../api/inbox";
import { WORK_PLACES } from "./places";
import classes from "./Tabs.module.css";

/** The navigation of a phone, under the thumb. */
export function Tabs({ openMenu }: { openMenu: () => void }) {
  const waiting = useCounts().data?.approval ?? 0;
  return (
    <nav className={classes.tabs} aria-label="Main">
      {WORK_PLACES.map(({ path, label, icon: Icon }) => (
        <NavLink
          key={path}
          to={path === "inbox" ? "/inbox/mine" : `/${path}`}
          className={({ isActive }) => `${classes.tab} ${isActive ? classes.chosen : ""}`}
        >
          <Indicator disabled={path !== "approvals" || !waiting} label={waiting} size={16} color="holdfast" offset={2}>
            <Icon size={22} aria-hidden />
          </Indicator>
          {label}
        </NavLink>
      ))}
      <UnstyledButton className={classes.tab} onClick={openMenu}>
        <IconMenu2 size={22} aria-hidden />
        More
      </UnstyledButton>
    </nav>
  );
}
