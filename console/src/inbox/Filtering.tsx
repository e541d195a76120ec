import { ActionIcon, Indicator, Menu, Popover, Select, Stack, Text, TextInput, Title, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch, IconStack2, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { useCounts, type Filters } from "../api/inbox";
import { useConsoleSettings } from "../api/me";
import { INBOX_VIEWS } from "../shell/views";
import { channelName, plain, statusName } from "../shell/words";
import classes from "./ConversationList.module.css";

interface Given {
  title: string;
  total: number;
  filters: Filters;
  change: (change: Partial<Omit<Filters, "view">>) => void;
}

const STATUSES = ["open", "awaiting_approval", "with_human", "snoozed", "resolved"] as const;
const CHANNELS = ["web_chat", "email", "sms", "whatsapp", "voice", "zendesk", "slack", "http"];
const TYPED_FOR_MS = 250;

/** The head of the list: its name, how many fit, a search over all words, and filters. */
export function Filtering({ title, total, filters, change }: Given) {
  const [typed, setTyped] = useState(filters.text);
  const [known, setKnown] = useState(filters.text);
  const search = useDebouncedCallback((text: string) => change({ text }), TYPED_FOR_MS);
  if (known !== filters.text) {
    setKnown(filters.text);
    setTyped(filters.text);
  }
  const write = (text: string): void => {
    setTyped(text);
    search(text);
  };
  return (
    <>
      <header className={classes.head}>
        <Title order={1} className={classes.title}>
          {title}{" "}
          <Text span c="dimmed" size="sm" fw={400}>
            {total >= 10_000 ? "10,000+" : total.toLocaleString()}
          </Text>
        </Title>
        <Views view={filters.view} />
        <MoreFilters filters={filters} change={change} />
      </header>
      <div className={classes.find}>
        <TextInput
          id="find"
          size="sm"
          aria-label="Search messages, notes and names"
          placeholder="Search messages, notes, names"
          value={typed}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            typed ? (
              <ActionIcon size="sm" aria-label="Clear the search" onClick={() => write("")}>
                <IconX size={14} />
              </ActionIcon>
            ) : null
          }
        />
      </div>
    </>
  );
}

function MoreFilters({ filters, change }: Pick<Given, "filters" | "change">) {
  const settings = useConsoleSettings().data;
  const chosen = [filters.channel, filters.status, filters.ai_agent].filter(Boolean).length;
  return (
    <Popover position="bottom-end" width={250} trapFocus withArrow shadow="md">
      <Popover.Target>
        <Tooltip label="Filters">
          <Indicator disabled={!chosen} label={chosen} size={15}>
            <ActionIcon size="lg" aria-label={chosen ? `Filters, ${String(chosen)} in use` : "Filters"}>
              <IconAdjustmentsHorizontal size={19} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select
            label="Channel"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            value={filters.channel}
            onChange={(channel) => change({ channel })}
            data={(settings?.channels ?? CHANNELS).map((value) => ({ value, label: channelName(value) }))}
          />
          <Select
            label="Status"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            value={filters.status}
            onChange={(status) => change({ status })}
            data={STATUSES.map((value) => ({ value, label: statusName(value) }))}
          />
          <Select
            label="AI agent"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            value={filters.ai_agent}
            onChange={(ai_agent) => change({ ai_agent })}
            data={(settings?.ai_agents ?? []).map((value) => ({ value, label: plain(value) }))}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Where the navigation is out of sight, the views are here. */
function Views({ view }: { view: Filters["view"] }) {
  const counts = useCounts().data;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label="Views" hiddenFrom="sm">
          <IconStack2 size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {INBOX_VIEWS.map(({ view: other, label, icon: Icon }) => (
          <Menu.Item
            key={other}
            component={Link}
            to={`/inbox/${other}`}
            disabled={other === view}
            leftSection={<Icon size={17} />}
            rightSection={<Text size="xs">{counts?.[other] ?? ""}</Text>}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
