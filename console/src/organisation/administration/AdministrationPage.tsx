import { Tabs } from "@mantine/core";
import { useNavigate, useParams } from "react-router";

import { may, useMe } from "../../api/me";
import { Page } from "../Page";
import { Integrations } from "./Integrations";
import { Keys } from "./Keys";
import { Organisations } from "./Organisations";
import { People } from "./People";
import { SendingSwitch } from "./SendingSwitch";
import { Teams } from "./Teams";

const TABS = [
  { tab: "people", label: "People", shows: People, needs: "viewer" },
  { tab: "teams", label: "Teams", shows: Teams, needs: "viewer" },
  { tab: "keys", label: "API keys", shows: Keys, needs: "admin" },
  { tab: "integrations", label: "Integrations", shows: Integrations, needs: "viewer" },
  { tab: "sending", label: "Automatic sending", shows: SendingSwitch, needs: "viewer" },
  { tab: "organisations", label: "Organisations", shows: Organisations, needs: "viewer" },
] as const;

/** Who may do what here, what is connected, and the switch that stops everything automatic. */
export function Component() {
  const me = useMe();
  const { tab = "people" } = useParams();
  const navigate = useNavigate();
  const tabs = TABS.filter(({ needs }) => needs === "viewer" || may(me, needs));
  const chosen = tabs.find((one) => one.tab === tab) ?? tabs[0];
  return (
    <Page title="Administration">
      <Tabs
        value={chosen?.tab ?? null}
        onChange={(to) => void navigate(`/administration/${to ?? "people"}`)}
        keepMounted={false}
      >
        <Tabs.List aria-label="Administration">
          {tabs.map((one) => (
            <Tabs.Tab key={one.tab} value={one.tab}>
              {one.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ tab: name, shows: Shows }) => (
          <Tabs.Panel key={name} value={name} pt="md">
            <Shows />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
