import {
  ActionIcon,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconBook, IconDeviceDesktop, IconLogout, IconMoon, IconPlaneDeparture, IconSun } from "@tabler/icons-react";
import { useState } from "react";

import { call } from "../api/client";
import { ROLES, useAwayUntil, useMe } from "../api/me";
import { Avatar } from "./Avatar";
import { AwayModal } from "./AwayModal";
import { showProblem } from "./told";
import classes from "./Signed.module.css";

const ROLE_NAMES: Record<string, string> = {
  viewer: "Viewer",
  human_agent: "Human agent",
  approver: "Approver",
  lead: "Lead",
  admin: "Administrator",
  auditor: "Auditor",
};

export function highestRole(roles: string[]): string {
  const held = [...ROLES].reverse().find((role) => roles.includes(role)) ?? roles[0] ?? "";
  return ROLE_NAMES[roles.includes("auditor") && held === "viewer" ? "auditor" : held] ?? held;
}

async function signOut(): Promise<void> {
  try {
    await call("/console/sign-out", { method: "POST" });
    location.assign("/console/sign-in");
  } catch (error) {
    showProblem(error);
  }
}

/** Who is signed in, and what concerns only them. */
export function Signed() {
  const me = useMe();
  const { setColorScheme } = useMantineColorScheme();
  const [away, setAway] = useState(false);
  const isAway = useAwayUntil() !== null;
  return (
    <div className={classes.signed}>
      <Menu position="top-start" width={230}>
        <Menu.Target>
          <UnstyledButton className={classes.who} aria-label={`${me.name || me.person_id}: your menu`}>
            <Avatar name={me.name || me.person_id} size={34} presence={isAway ? "away" : "here"} />
            <span className={classes.words}>
              <Text size="sm" fw={600} truncate>
                {me.name || me.person_id}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {isAway ? "Away" : highestRole(me.roles)}
              </Text>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlaneDeparture size={16} />} onClick={() => setAway(true)}>
            {isAway ? "I am back…" : "I am away…"}
          </Menu.Item>
          <Menu.Label>Appearance</Menu.Label>
          <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme("auto")}>
            As the system
          </Menu.Item>
          <Menu.Item leftSection={<IconSun size={16} />} onClick={() => setColorScheme("light")}>
            Light
          </Menu.Item>
          <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => setColorScheme("dark")}>
            Dark
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconBook size={16} />} component="a" href="/docs" target="_blank">
            The API
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ThemeSwitch />
      {away ? <AwayModal onClose={() => setAway(false)} /> : null}
    </div>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const label = isDark ? "Light appearance" : "Dark appearance";
  return (
    <Tooltip label={label}>
      <ActionIcon size="lg" aria-label={label} onClick={() => setColorScheme(isDark ? "light" : "dark")}>
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
