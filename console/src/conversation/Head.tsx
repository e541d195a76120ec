import { ActionIcon, Button, Group, Menu, Title, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowLeft,
  IconCheck,
  IconDots,
  IconExternalLink,
  IconHandGrab,
  IconInfoCircle,
  IconLink,
  IconMessages,
  IconMoonStars,
  IconRobot,
} from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";

import { useAsk } from "../api/acting";
import type { ConversationDetails, InboxRow, Mode } from "../api/contract";
import { useWatchers } from "../api/live";
import { may, useConsoleSettings, useMe, useNameOf } from "../api/me";
import { useOpenRoom } from "../api/rooms";
import { AskInstruction, AskUntil } from "../shell/asking";
import { Avatar } from "../shell/Avatar";
import { ChannelIcon } from "../shell/ChannelIcon";
import { useOnPhone } from "../shell/phone";
import { useCommands, type Command } from "../shell/here";
import { tell } from "../shell/told";
import { channelName, customerName, MODE_MEANINGS, modeName, ownerName, statusName } from "../shell/words";
import classes from "./Conversation.module.css";

interface Given {
  details: ConversationDetails;
  row: InboxRow | null;
  back: string;
  openSide: (() => void) | null;
}

const MODES: Mode[] = ["delegation", "supervision", "co_pilot"];

/** Who it is with, whose it is, who looks at it, and what can be done with it. */
export function Head({ details, row, back, openSide }: Given) {
  const { conversation } = details;
  const nameOf = useNameOf();
  const onPhone = useOnPhone();
  const name = customerName(row?.customer_name, conversation.conversation_id);
  return (
    <header className={classes.head}>
      <ActionIcon component={Link} to={back} size="lg" aria-label="Back to the list" hiddenFrom="sm">
        <IconArrowLeft size={20} />
      </ActionIcon>
      <div className={classes.who}>
        <Title order={onPhone ? 1 : 2} className={classes.name}>
          {name}
        </Title>
        <div className={classes.standing}>
          <ChannelIcon channel={conversation.channel} />
          <span>{channelName(conversation.channel)}</span>
          <span aria-hidden>·</span>
          <span>{statusName(conversation.status)}</span>
          <span aria-hidden>·</span>
          <span className={classes.owner} data-kind={conversation.owner.kind}>
            {ownerName(conversation.owner, nameOf)}
          </span>
        </div>
      </div>
      <Watching conversationId={conversation.conversation_id} />
      <Actions details={details} openSide={openSide} />
    </header>
  );
}

function Watching({ conversationId }: { conversationId: string }) {
  const me = useMe();
  const nameOf = useNameOf();
  const others = useWatchers(conversationId).filter(({ person_id: id }) => id !== me.person_id);
  if (others.length === 0) return null;
  const words = others
    .map(({ person_id: id, state }) => `${nameOf(id)} ${state === "typing" ? "is writing" : "is looking"}`)
    .join(", ");
  return (
    <Tooltip label={words}>
      <Group gap={0} wrap="nowrap" role="img" aria-label={words}>
        {others.slice(0, 3).map(({ person_id: id }) => (
          <Avatar key={id} name={nameOf(id)} size={26} presence="here" />
        ))}
      </Group>
    </Tooltip>
  );
}

function Actions({ details, openSide }: Pick<Given, "details" | "openSide">) {
  const me = useMe();
  const { conversation } = details;
  const id = conversation.conversation_id;
  const ask = useAsk([["conversation", id], ["counts"]]);
  const [asking, setAsking] = useState<"snooze" | "hand_back" | null>(null);
  const isMine = conversation.owner.kind === "human_agent" && conversation.owner.id === me.person_id;
  const isWithAi = conversation.owner.kind === "ai_agent";
  const isResolved = conversation.status === "resolved";
  const { mutate, isPending } = ask;
  const converses = may(me, "human_agent");
  const commands = useMemo((): Command[] => {
    if (!converses || isPending) return [];
    const post = (action: string, said: string) => () =>
      mutate({ path: `/v1/conversations/${id}/${action}`, body: {}, said });
    return [
      ...(isMine
        ? []
        : [
            {
              id: "take",
              label: "Take the conversation over",
              key: "t",
              run: post("take-over", "The conversation is yours"),
            },
          ]),
      ...(isWithAi
        ? []
        : [{ id: "hand", label: "Hand back to the AI agent", key: "h", run: () => setAsking("hand_back") }]),
      { id: "snooze", label: "Snooze", key: "s", run: () => setAsking("snooze") },
      isResolved
        ? { id: "reopen", label: "Open again", key: "o", run: post("reopen", "Open again") }
        : { id: "resolve", label: "Resolve", key: "e", run: post("resolve", "Resolved") },
      { id: "reply", label: "Write a reply", key: "r", run: () => document.getElementById("reply")?.focus() },
    ];
  }, [converses, isPending, isMine, isWithAi, isResolved, id, mutate]);
  useCommands("conversation", commands);
  const run = (wanted: string) => () => commands.find((command) => command.id === wanted)?.run();
  return (
    <Group gap={6} wrap="nowrap">
      {converses ? (
        <Group gap={6} wrap="nowrap" visibleFrom="md">
          {isMine ? (
            <Button
              size="xs"
              variant="default"
              loading={isPending}
              leftSection={<IconRobot size={15} />}
              onClick={run("hand")}
            >
              Hand back
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              loading={isPending}
              leftSection={<IconHandGrab size={15} />}
              onClick={run("take")}
            >
              Take over
            </Button>
          )}
          <Tooltip label="Snooze (s)">
            <ActionIcon size="lg" aria-label="Snooze" disabled={isPending} onClick={run("snooze")}>
              <IconMoonStars size={18} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={isResolved ? "Open again (o)" : "Resolve (e)"}>
            <ActionIcon
              size="lg"
              aria-label={isResolved ? "Open again" : "Resolve"}
              disabled={isPending}
              onClick={run(isResolved ? "reopen" : "resolve")}
            >
              {isResolved ? <IconArrowBackUp size={18} /> : <IconCheck size={18} />}
            </ActionIcon>
          </Tooltip>
        </Group>
      ) : null}
      <More details={details} commands={commands} mutate={mutate} />
      {openSide ? (
        <Tooltip label="About the customer">
          <ActionIcon size="lg" aria-label="About the customer" onClick={openSide}>
            <IconInfoCircle size={19} />
          </ActionIcon>
        </Tooltip>
      ) : null}
      {asking === "snooze" ? (
        <AskUntil
          title="Snooze"
          onClose={() => setAsking(null)}
          onChosen={(until) => mutate({ path: `/v1/conversations/${id}/snooze`, body: { until }, said: "Put aside" })}
        />
      ) : null}
      {asking === "hand_back" ? (
        <AskInstruction
          onClose={() => setAsking(null)}
          onGiven={(instruction) =>
            mutate({ path: `/v1/conversations/${id}/hand-back`, body: { instruction }, said: "The AI agent goes on" })
          }
        />
      ) : null}
    </Group>
  );
}

interface MoreGiven {
  details: ConversationDetails;
  commands: Command[];
  mutate: ReturnType<typeof useAsk>["mutate"];
}

const ICONS: Record<string, typeof IconRobot> = {
  take: IconHandGrab,
  hand: IconRobot,
  snooze: IconMoonStars,
  resolve: IconCheck,
  reopen: IconArrowBackUp,
};

function More({ details: { conversation }, commands, mutate }: MoreGiven) {
  const navigate = useNavigate();
  const settings = useConsoleSettings().data;
  const id = conversation.conversation_id;
  const room = useOpenRoom((opened) => void navigate(`/colleagues/${opened.room_id}`));
  const temporal = settings?.temporal_ui
    ? `${settings.temporal_ui}/namespaces/${settings.temporal_namespace}/workflows/conversation-${id}`
    : null;
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label="More actions">
          <IconDots size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {commands
          .filter((command) => ICONS[command.id])
          .map((command) => {
            const Icon = ICONS[command.id] ?? IconDots;
            return (
              <Menu.Item key={command.id} leftSection={<Icon size={16} />} onClick={command.run}>
                {command.label}
              </Menu.Item>
            );
          })}
        {commands.length > 0 ? (
          <>
            <Menu.Divider />
            <Menu.Label>Mode</Menu.Label>
            {MODES.map((mode) => (
              <Menu.Item
                key={mode}
                disabled={mode === conversation.mode}
                rightSection={mode === conversation.mode ? <IconCheck size={15} aria-label="current" /> : null}
                title={MODE_MEANINGS[mode]}
                onClick={() =>
                  mutate({
                    path: `/v1/conversations/${id}/mode`,
                    body: { mode },
                    said: `${modeName(mode)} from now on`,
                  })
                }
              >
                {modeName(mode)}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconMessages size={16} />}
              onClick={() => room.mutate({ kind: "conversation", conversation_id: id })}
            >
              Talk with colleagues about it
            </Menu.Item>
          </>
        ) : null}
        <Menu.Item
          leftSection={<IconLink size={16} />}
          onClick={() =>
            void navigator.clipboard
              .writeText(`${location.origin}/console/inbox/all/${id}`)
              .then(() => tell("The link is copied"))
          }
        >
          Copy the link
        </Menu.Item>
        {temporal ? (
          <Menu.Item
            component="a"
            href={temporal}
            target="_blank"
            rel="noreferrer"
            leftSection={<IconExternalLink size={16} />}
          >
            Open in the Temporal UI
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
