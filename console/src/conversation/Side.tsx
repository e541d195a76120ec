import { Badge, Drawer, Group, ScrollArea, Stack, Tabs, Text, Title, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconSparkles, IconUser } from "@tabler/icons-react";
import type { ReactNode } from "react";

import type { ConversationDetails, Fact, InboxRow } from "../api/contract";
import { useNameOf } from "../api/me";
import { Avatar } from "../shell/Avatar";
import { ChannelIcon } from "../shell/ChannelIcon";
import { exactly } from "../shell/times";
import { When } from "../shell/When";
import { channelName, customerName, modeName, plain, reasonName } from "../shell/words";
import { CoPilotPanel } from "./CoPilotPanel";
import { factsOf } from "./facts";
import classes from "./Side.module.css";

interface Given {
  details: ConversationDetails;
  row: InboxRow | null;
  isWide: boolean;
  isOpen: boolean;
  close: () => void;
}

/** What is known of the customer, and what the co-pilot offers. */
export function Side({ details, row, isWide, isOpen, close }: Given) {
  const content = <Content key={details.conversation.owner.kind} details={details} row={row} />;
  if (isWide) {
    return (
      <aside className={classes.side} aria-label="About the customer">
        {content}
      </aside>
    );
  }
  return (
    <Drawer opened={isOpen} onClose={close} position="right" size={350} padding={0} title="About the customer">
      {content}
    </Drawer>
  );
}

function Content({ details, row }: Pick<Given, "details" | "row">) {
  const isWithPerson = details.conversation.owner.kind === "human_agent";
  return (
    <Tabs defaultValue={isWithPerson ? "co-pilot" : "customer"} className={classes.tabs} keepMounted={false}>
      <Tabs.List grow>
        <Tabs.Tab value="customer" leftSection={<IconUser size={15} aria-hidden />}>
          Customer
        </Tabs.Tab>
        <Tabs.Tab value="co-pilot" leftSection={<IconSparkles size={15} aria-hidden />}>
          Co-pilot
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="customer" className={classes.panel}>
        <ScrollArea h="100%" type="auto" viewportProps={{ tabIndex: 0, "aria-label": "About the customer" }}>
          <Customer details={details} row={row} />
        </ScrollArea>
      </Tabs.Panel>
      <Tabs.Panel value="co-pilot" className={classes.panel}>
        <ScrollArea h="100%" type="auto" viewportProps={{ tabIndex: 0, "aria-label": "Co-pilot" }}>
          <CoPilotPanel details={details} />
        </ScrollArea>
      </Tabs.Panel>
    </Tabs>
  );
}

function Customer({ details, row }: Pick<Given, "details" | "row">) {
  const { conversation } = details;
  const known = factsOf(details);
  const name = customerName(row?.customer_name, conversation.conversation_id);
  return (
    <Stack gap="md" p="md">
      <Group gap="sm" wrap="nowrap">
        <Avatar name={name} kind="customer" size={46} />
        <div>
          <Title order={3} size="h5">
            {name}
          </Title>
          <Text size="xs" c="dimmed">
            Customer since this conversation began, <When at={conversation.created_at} />
          </Text>
        </div>
      </Group>
      {known.missing.length > 0 ? (
        <Group className={classes.warning} gap={8} wrap="nowrap">
          <IconAlertTriangle size={17} aria-hidden />
          <Text size="sm">{known.missing.map(plain).join(", ")} did not answer, so something may be missing here.</Text>
        </Group>
      ) : null}
      {known.matches > 1 ? <Text size="sm">{known.matches} contacts fit; nobody has said which one it is.</Text> : null}
      <Facts facts={known.facts} />
      <About details={details} />
    </Stack>
  );
}

/** Facts with where they come from and of when they are. */
export function Facts({ facts }: { facts: Fact[] }) {
  const bySource = Map.groupBy(facts, ({ source }) => source);
  if (facts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing is known of this customer yet.
      </Text>
    );
  }
  return [...bySource].map(([source, its]) => (
    <Section key={source} title={`From ${plain(source)}`} aside={its[0] ? <When at={its[0].as_of} /> : null}>
      <dl className={classes.facts}>
        {its.map(({ name, value, as_of: at }) => (
          <div key={name} title={exactly(at)}>
            <dt>{plain(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  ));
}

function About({ details }: Pick<Given, "details">) {
  const { conversation, threads, usage } = details;
  const nameOf = useNameOf();
  return (
    <Section title="This conversation">
      <dl className={classes.facts}>
        <div>
          <dt>Mode</dt>
          <dd>{modeName(conversation.mode)}</dd>
        </div>
        {conversation.escalation_reason ? (
          <div>
            <dt>Why a person</dt>
            <dd>{reasonName(conversation.escalation_reason)}</dd>
          </div>
        ) : null}
        {conversation.snoozed_until ? (
          <div>
            <dt>Snoozed until</dt>
            <dd>{exactly(conversation.snoozed_until)}</dd>
          </div>
        ) : null}
        {details.customer_language ? (
          <div>
            <dt>Language</dt>
            <dd>{details.customer_language}</dd>
          </div>
        ) : null}
        <div>
          <dt>Specification</dt>
          <dd>{conversation.spec_hash.slice(0, 8)}</dd>
        </div>
        {usage.cost ? (
          <div>
            <dt>Cost of models</dt>
            <dd>{usage.cost}</dd>
          </div>
        ) : null}
      </dl>
      {threads.length > 0 ? (
        <Group gap={6} mt={8}>
          {threads.map((thread) => (
            <Badge
              key={`${thread.channel}-${thread.thread}`}
              variant="default"
              tt="none"
              leftSection={<ChannelIcon channel={thread.channel} size={12} />}
            >
              {channelName(thread.channel)}
              {thread.opted_out ? ", wants no messages" : ""}
            </Badge>
          ))}
        </Group>
      ) : null}
      {conversation.suggested.length > 0 ? (
        <Text size="sm" mt={8}>
          Suits:{" "}
          {conversation.suggested.map(({ person, reasons }) => (
            <Tooltip key={person} label={reasons.join("; ") || "free to take it"}>
              <Text span fw={600} mr={6}>
                {nameOf(person)}
              </Text>
            </Tooltip>
          ))}
        </Text>
      ) : null}
    </Section>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <Group justify="space-between" mb={4}>
        <Text className={classes.heading} component="h3">
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {aside}
        </Text>
      </Group>
      {children}
    </section>
  );
}
