import { Badge, Kbd, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { IconSearch, type IconProps } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { NavLink } from "react-router";

import { useRooms } from "../api/rooms";
import { useCounts } from "../api/inbox";
import { useMe } from "../api/me";
import { openCommands } from "./Commands";
import { Organisation } from "./Organisation";
import { isFor, PLACES } from "./places";
import { Signed } from "./Signed";
import { INBOX_VIEWS } from "./views";
import classes from "./Sidebar.module.css";

interface Given {
  onGo?: () => void;
}

/** The left rail: organisation, views with counts, pages, and who is signed in. */
export function Sidebar({ onGo }: Given) {
  const me = useMe();
  const counts = useCounts().data;
  const unread = (useRooms().data ?? []).reduce((sum, room) => sum + (room.unread ?? 0), 0);
  const pages = PLACES.filter((place) => isFor(place, me));
  return (
    <nav className={classes.rail} aria-label="Main">
      <Organisation />
      <UnstyledButton className={classes.search} onClick={openCommands}>
        <IconSearch size={15} aria-hidden />
        <span>Find or do…</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <ScrollArea className={classes.scroll} type="hover">
        <Heading>Inbox</Heading>
        {INBOX_VIEWS.map(({ view, label, icon }) => (
          <Item
            key={view}
            to={`/inbox/${view}`}
            label={label}
            icon={icon}
            count={counts?.[view]}
            strong={view === "mine" || view === "risk"}
            onGo={onGo}
          />
        ))}
        <Heading>Work</Heading>
        {pages
          .filter(({ group, path }) => group === "work" && path !== "inbox")
          .map((place) => (
            <Item
              key={place.path}
              to={`/${place.path}`}
              label={place.label}
              icon={place.icon}
              count={place.path === "approvals" ? counts?.approval : place.path === "colleagues" ? unread : undefined}
              strong
              onGo={onGo}
            />
          ))}
        {pages.some(({ group }) => group === "organisation") ? <Heading>Organisation</Heading> : null}
        {pages
          .filter(({ group }) => group === "organisation")
          .map((place) => (
            <Item key={place.path} to={`/${place.path}`} label={place.label} icon={place.icon} onGo={onGo} />
          ))}
      </ScrollArea>
      <Signed />
    </nav>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Text className={classes.heading} component="h2">
      {children}
    </Text>
  );
}

interface ItemGiven {
  to: string;
  label: string;
  icon: ComponentType<IconProps>;
  count?: number | undefined;
  strong?: boolean;
  onGo?: (() => void) | undefined;
}

function Item({ to, label, icon: Icon, count, strong, onGo }: ItemGiven) {
  return (
    <NavLink to={to} className={classes.item} onClick={onGo}>
      <Icon size={17} aria-hidden />
      <span className={classes.label}>{label}</span>
      {count ? (
        <Badge
          size="sm"
          circle={count < 10}
          variant={strong ? "filled" : "light"}
          color={strong ? "holdfast" : "gray"}
          className={classes.count}
        >
          {count > 999 ? "999+" : count}
        </Badge>
      ) : null}
    </NavLink>
  );
}
