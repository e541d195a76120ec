import { Anchor, Badge, Code, Text, UnstyledButton } from "@mantine/core";
import { IconBulb, IconNote, IconPaperclip, IconTool } from "@tabler/icons-react";
import { useId, useState, type ReactNode } from "react";
import { Link } from "react-router";

import type { DeliveryView, InternalNote, RecordedCall, StoredMessage, TurnView } from "../api/contract";
import { useNameOf } from "../api/me";
import { Avatar } from "../shell/Avatar";
import { ChannelIcon } from "../shell/ChannelIcon";
import { clockTime, exactly } from "../shell/times";
import { aiName, counted, percent, plain, reasonName } from "../shell/words";
import { Thinking } from "./Thinking";
import classes from "./Timeline.module.css";

interface MessageGiven {
  message: StoredMessage;
  turn: TurnView | undefined;
  delivery: DeliveryView | undefined;
  isMore: boolean;
  customer: string;
  version: string;
}

const KINDS = { customer: "customer", ai_agent: "ai", human_agent: "person", system: "ai" } as const;

/** A message, with what became of it and, of an AI agent's, why it says this. */
export function Message({ message, turn, delivery, isMore, customer, version }: MessageGiven) {
  const nameOf = useNameOf();
  const author = authorOf(message, customer, nameOf);
  return (
    <article
      className={classes.message}
      data-more={isMore || undefined}
      aria-label={`${author}, ${clockTime(message.at)}`}
    >
      {isMore ? <span /> : <Avatar name={author} kind={KINDS[message.author]} size={40} />}
      <div>
        {isMore ? null : (
          <div className={classes.by}>
            <span className={classes.author} data-kind={message.author}>
              {author}
            </span>
            {message.author === "ai_agent" ? (
              <Badge size="xs" radius="sm" color="holdfast">
                AI
              </Badge>
            ) : null}
            {message.kind === "notice" ? (
              <Badge size="xs" radius="sm" variant="light" color="gray">
                Notice
              </Badge>
            ) : null}
            <time className={classes.time} dateTime={message.at} title={exactly(message.at)}>
              {clockTime(message.at)}
            </time>
            <span className={classes.time}>
              <ChannelIcon channel={message.channel} size={13} />
            </span>
          </div>
        )}
        <div className={classes.words}>{message.text}</div>
        {message.attachments.map((file) => (
          <Anchor
            key={file.attachment_id}
            className={classes.file}
            href={`/v1/conversations/${message.conversation_id}/files/${file.attachment_id}`}
            download={file.name}
          >
            <IconPaperclip size={14} aria-hidden />
            {file.name} · {Math.ceil(file.size_bytes / 1024).toLocaleString()} KiB
          </Anchor>
        ))}
        <Below
          turn={turn}
          version={version}
          after={
            <>
              <Delivered message={message} delivery={delivery} />
              <Explained message={message} author={author} />
            </>
          }
        />
      </div>
    </article>
  );
}

function authorOf(message: StoredMessage, customer: string, nameOf: (id: string) => string): string {
  switch (message.author) {
    case "customer":
      return customer;
    case "ai_agent":
      return aiName(message.author_id);
    case "human_agent":
      return nameOf(message.author_id ?? "") || "Colleague";
    case "system":
      return "Holdfast";
  }
}

function Delivered({ message, delivery }: { message: StoredMessage; delivery: DeliveryView | undefined }) {
  if (message.author === "customer") return null;
  if (message.read_at) return <span title={exactly(message.read_at)}>Read</span>;
  if (!delivery) return null;
  const failed = delivery.state === "withdrawn" || delivery.report === "failed";
  if (failed)
    return (
      <Text span size="xs" c="var(--hf-danger)" fw={600}>
        Not delivered {delivery.report_code ?? ""}
      </Text>
    );
  return <span>{delivery.state === "delivered" ? plain(delivery.report ?? "delivered") : "Leaving…"}</span>;
}

/** The way to everything that a message of ours rests on, whoever wrote it. */
function Explained({ message, author }: { message: StoredMessage; author: string }) {
  if (message.author === "customer") return null;
  return (
    <Link
      className={classes.why}
      to={`/conversations/${message.conversation_id}/messages/${String(message.seq)}/explanation`}
      aria-label={`Explain the message of ${author}, ${clockTime(message.at)}`}
    >
      Explain
    </Link>
  );
}

/** The line below what an AI agent wrote; it opens what it rests on. */
function Below({ turn, version, after }: { turn: TurnView | undefined; version: string; after: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  if (!turn) return <div className={classes.below}>{after}</div>;
  return (
    <>
      <div className={classes.below}>
        <UnstyledButton
          className={classes.why}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          <IconBulb size={13} aria-hidden />
          {turn.confidence === null ? "Why" : `${percent(turn.confidence)} sure`} ·{" "}
          {counted(turn.draft.citations.length, "source")}
        </UnstyledButton>
        {after}
      </div>
      <div id={id}>{isOpen ? <Thinking turn={turn} version={version} /> : null}</div>
    </>
  );
}

export function Note({ note }: { note: InternalNote }) {
  const nameOf = useNameOf();
  return (
    <article className={classes.note} aria-label={`Note of ${nameOf(note.author_id)}`}>
      <div className={classes.noteHead}>
        <IconNote size={15} aria-hidden />
        {nameOf(note.author_id)} · for colleagues only
        <time dateTime={note.at} title={exactly(note.at)}>
          {clockTime(note.at)}
        </time>
      </div>
      <div className={classes.words}>{note.text}</div>
    </article>
  );
}

/** A draft that no customer got: it waits, was rejected or overtaken, or nothing supported one. */
export function DraftThatStayed({ turn, version }: { turn: TurnView; version: string }) {
  const outcome = turn.record?.decision;
  const text = turn.draft.text || turn.draft.clarifying_question;
  return (
    <article className={classes.draft} aria-label="Draft that was not sent">
      <Text size="xs" fw={600} c="dimmed" mb={4}>
        Draft of {aiName(turn.ai_agent)}, not sent ·{" "}
        {outcome ? reasonName(outcome.reason) : "overtaken by what came next"}
      </Text>
      {text ? (
        <div className={classes.words}>{text}</div>
      ) : (
        <Text size="sm" fs="italic" c="dimmed">
          It wrote nothing.
        </Text>
      )}
      <Below turn={turn} version={version} after={null} />
    </article>
  );
}

const CALLED = {
  done: "done",
  failed: "failed",
  in_doubt: "in doubt: look before it is tried again",
  claimed: "under way",
} as const;

export function Call({ call }: { call: RecordedCall }) {
  return (
    <article className={classes.call} aria-label="Use of a tool">
      <div className={classes.by}>
        <IconTool size={15} aria-hidden />
        <span className={classes.author}>{plain(call.action.tool)}</span>
        <Badge
          size="xs"
          color={call.state === "done" ? "holdfast" : call.state === "claimed" ? "gray" : "red"}
          variant="light"
        >
          {CALLED[call.state]}
        </Badge>
        <time className={classes.time} dateTime={call.claimed_at} title={exactly(call.claimed_at)}>
          {clockTime(call.claimed_at)}
        </time>
      </div>
      <Code block mt={6} fz="xs">
        {argumentsOf(call.action.arguments)}
      </Code>
      {call.result ? <div className={classes.quote}>{call.result}</div> : null}
    </article>
  );
}

export function argumentsOf(given: Record<string, unknown>): string {
  return Object.entries(given)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("\n");
}

export function EventLine({ at, text }: { at: string; text: string }) {
  return (
    <div className={classes.event}>
      <span>{text}</span>
      <time dateTime={at} title={exactly(at)}>
        {clockTime(at)}
      </time>
    </div>
  );
}
