import { Badge, Checkbox, Tooltip } from "@mantine/core";
import { IconClockExclamation, IconEye, IconHourglass, IconMoonStars, IconPencil } from "@tabler/icons-react";
import { memo } from "react";
import { Link, useSearchParams } from "react-router";

import type { InboxRow, View } from "../api/contract";
import { useMe, useNameOf } from "../api/me";
import { Avatar } from "../shell/Avatar";
import { ChannelIcon } from "../shell/ChannelIcon";
import { span } from "../shell/times";
import { useNow, When } from "../shell/When";
import { customerName, ownerName, percent, statusName } from "../shell/words";
import classes from "./Row.module.css";

interface Given {
  row: InboxRow;
  view: View;
  isChosen: boolean;
  isMarked: boolean;
  isMarking: boolean;
  mark: ((id: string) => void) | null;
}

/** A conversation in a list: who, what was said last, whose it is, and what presses. */
export const Row = memo(function Row({ row, view, isChosen, isMarked, isMarking, mark }: Given) {
  const [parameters] = useSearchParams();
  const name = customerName(row.customer_name, row.conversation_id);
  return (
    <div
      className={classes.row}
      data-chosen={isChosen || undefined}
      data-marked={isMarked || undefined}
      data-marking={isMarking || undefined}
      data-unread={row.unread > 0 || undefined}
    >
      <div className={classes.face}>
        <Avatar name={name} kind="customer" size={40} />
        <span className={classes.channel}>
          <ChannelIcon channel={row.channel} size={13} />
        </span>
        {mark ? (
          <Checkbox
            className={classes.mark}
            size="sm"
            checked={isMarked}
            onChange={() => mark(row.conversation_id)}
            aria-label={`Mark ${name}`}
          />
        ) : null}
      </div>
      <Link
        className={classes.link}
        to={{ pathname: `/inbox/${view}/${row.conversation_id}`, search: parameters.toString() }}
        aria-current={isChosen ? "true" : undefined}
      >
        <span className={classes.first}>
          <span className={classes.name}>{name}</span>
          <span className={classes.time}>
            <When at={row.last_message?.at ?? row.updated_at} as="brief" />
          </span>
        </span>
        <span className={classes.second}>
          <LastMessage row={row} />
          {row.unread > 0 ? (
            <Badge size="sm" circle={row.unread < 10} aria-label={`${String(row.unread)} unread`}>
              {row.unread}
            </Badge>
          ) : null}
        </span>
        <span className={classes.third}>
          <Standing row={row} />
        </span>
      </Link>
    </div>
  );
});

const SAID_BY = { customer: "", ai_agent: "AI: ", human_agent: "Colleague: ", system: "" } as const;

function LastMessage({ row }: { row: InboxRow }) {
  const typing = useTypingColleague(row);
  if (typing) return <span className={classes.typing}>{typing} is writing…</span>;
  const last = row.last_message;
  return <span className={classes.text}>{last ? `${SAID_BY[last.author]}${last.text}` : "No message yet"}</span>;
}

function useTypingColleague(row: InboxRow): string | null {
  const me = useMe();
  const nameOf = useNameOf();
  const found = row.watchers.find(({ person_id: id, state }) => state === "typing" && id !== me.person_id);
  return found ? nameOf(found.person_id) : null;
}

function Standing({ row }: { row: InboxRow }) {
  const me = useMe();
  const nameOf = useNameOf();
  const others = row.watchers.filter(({ person_id: id }) => id !== me.person_id);
  return (
    <>
      {row.risk === "none" || !row.deadline ? null : (
        <span className={classes.chip} data-tone={row.risk}>
          <IconClockExclamation size={13} aria-hidden />
          <Deadline at={row.deadline} />
        </span>
      )}
      {row.approval_id ? (
        <span className={classes.chip} data-tone="approval">
          <IconHourglass size={13} aria-hidden />
          Approval{row.confidence === null ? "" : ` · ${percent(row.confidence)}`}
        </span>
      ) : null}
      {row.status === "snoozed" && row.snoozed_until ? (
        <span className={classes.chip}>
          <IconMoonStars size={13} aria-hidden />
          <When at={row.snoozed_until} />
        </span>
      ) : null}
      {row.status === "resolved" ? <span className={classes.chip}>{statusName(row.status)}</span> : null}
      <span className={classes.owner} data-kind={row.owner.kind}>
        {ownerName(row.owner, nameOf)}
      </span>
      {others.length > 0 ? (
        <Tooltip label={others.map(({ person_id: id }) => nameOf(id)).join(", ")}>
          <span className={classes.chip}>
            {others.some(({ state }) => state === "typing") ? (
              <IconPencil size={13} aria-hidden />
            ) : (
              <IconEye size={13} aria-hidden />
            )}
            <span className="visually-hidden">Looked at by </span>
            {others.length === 1 ? nameOf(others[0]?.person_id) : others.length}
          </span>
        </Tooltip>
      ) : null}
    </>
  );
}

function Deadline({ at }: { at: string }) {
  const away = new Date(at).getTime() - useNow();
  return <time dateTime={at}>{away < 0 ? `${span(-away)} late` : `due in ${span(away)}`}</time>;
}
