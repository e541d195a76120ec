import { Button, Group, Menu, Text, Textarea } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCheck,
  IconChevronDown,
  IconHandGrab,
  IconMessage2,
  IconMoonStars,
  IconPencil,
  IconUserShare,
  IconX,
} from "@tabler/icons-react";
import { useMemo, useState } from "react";

import { useDecide } from "../api/approvals";
import type { ApprovalView, Deciding } from "../api/contract";
import { useMe } from "../api/me";
import { useDraft } from "../conversation/drafts";
import { AskText, AskUntil } from "../shell/asking";
import { useCommands, type Command } from "../shell/here";
import { AskColleague } from "./AskColleague";
import { Diff } from "./Diff";
import classes from "./ApprovalCard.module.css";

interface Given {
  view: ApprovalView;
  within: "page" | "conversation";
}

type Asking = "reject" | "answer" | "reassign" | "snooze" | "edit" | null;

/** The decisions. While one is on its way, no other can be made. */
export function Decide({ view, within }: Given) {
  const me = useMe();
  const [asking, setAsking] = useState<Asking>(null);
  const [accepted, setAccepted] = useState(false);
  const { decide, isPending } = useDecide(view, (answer) => setAccepted(answer.state === "accepted"));
  const { approval } = view;
  const isOpen = view.state === "open";
  const busy = isPending || accepted;
  const size = within === "page" ? "sm" : "xs";
  const mayRevoke =
    approval.approved_by.includes(me.person_id) || (view.state === "approved" && view.closed_by === me.person_id);
  useDecisionCommands(within === "page" && isOpen && !busy, decide, setAsking);
  const close = (): void => setAsking(null);
  if (!isOpen && !mayRevoke) return null;
  return (
    <>
      {asking === "edit" && isOpen ? <Edit view={view} isPending={busy} decide={decide} close={close} /> : null}
      {accepted && isOpen ? (
        <Text size="sm" px="md" py={6} role="status">
          Accepted, being applied…
        </Text>
      ) : null}
      {asking === "edit" && isOpen ? null : (
        <div className={classes.buttons} role="toolbar" aria-label="Decide">
          {isOpen ? (
            <>
              <Button
                size={size}
                loading={isPending}
                disabled={busy}
                leftSection={<IconCheck size={16} />}
                onClick={() => decide({ action: "approve" })}
              >
                Approve
              </Button>
              <Button
                size={size}
                variant="default"
                disabled={busy}
                leftSection={<IconPencil size={16} />}
                onClick={() => setAsking("edit")}
              >
                Edit
              </Button>
              <Button
                size={size}
                variant="default"
                disabled={busy}
                leftSection={<IconX size={16} />}
                onClick={() => setAsking("reject")}
              >
                Reject
              </Button>
              <Button
                size={size}
                variant="default"
                disabled={busy}
                leftSection={<IconHandGrab size={16} />}
                onClick={() => decide({ action: "take_over" })}
              >
                Take over
              </Button>
              <MoreDecisions size={size} disabled={busy} setAsking={setAsking} />
            </>
          ) : null}
          {mayRevoke ? (
            <Button
              variant="default"
              loading={isPending}
              leftSection={<IconArrowBackUp size={16} />}
              onClick={() => decide({ action: "revoke" })}
            >
              Call back
            </Button>
          ) : null}
        </div>
      )}
      <Asked asking={asking} close={close} decide={decide} />
    </>
  );
}

function useDecisionCommands(
  active: boolean,
  decide: (deciding: Deciding) => void,
  setAsking: (asking: Asking) => void,
): void {
  const commands = useMemo(
    (): Command[] =>
      active
        ? [
            { id: "approve", label: "Approve the draft", key: "a", run: () => decide({ action: "approve" }) },
            { id: "edit", label: "Edit the draft", key: "e", run: () => setAsking("edit") },
            { id: "reject", label: "Reject the draft", key: "d", run: () => setAsking("reject") },
            {
              id: "take-over",
              label: "Take the conversation over",
              key: "t",
              run: () => decide({ action: "take_over" }),
            },
          ]
        : [],
    // `decide` is new with each rendering and does the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [active],
  );
  useCommands("decide", commands);
}

function MoreDecisions({
  size,
  disabled,
  setAsking,
}: {
  size: string;
  disabled: boolean;
  setAsking: (asking: Asking) => void;
}) {
  return (
    <Menu position="top-end" width={240}>
      <Menu.Target>
        <Button size={size} variant="default" disabled={disabled} rightSection={<IconChevronDown size={15} />}>
          More
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconMessage2 size={16} />} onClick={() => setAsking("answer")}>
          Answer it yourself…
        </Menu.Item>
        <Menu.Item leftSection={<IconUserShare size={16} />} onClick={() => setAsking("reassign")}>
          Ask somebody else…
        </Menu.Item>
        <Menu.Item leftSection={<IconMoonStars size={16} />} onClick={() => setAsking("snooze")}>
          Put reminders off…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface AskedGiven {
  asking: Asking;
  close: () => void;
  decide: (deciding: Deciding) => void;
}

function Asked({ asking, close, decide }: AskedGiven) {
  switch (asking) {
    case "reject":
      return (
        <AskText
          title="Reject the draft"
          label="Why"
          explained="The AI agent writes a new draft with this."
          placeholder="Ask for the invoice number first."
          action="Reject"
          color="red"
          required
          onClose={close}
          onGiven={(reason) => decide({ action: "reject", reason })}
        />
      );
    case "answer":
      return (
        <AskText
          title="Answer it yourself"
          label="Your answer"
          explained="It goes to the customer, and the conversation is yours."
          action="Send"
          required
          onClose={close}
          onGiven={(text) => decide({ action: "answer", text })}
        />
      );
    case "reassign":
      return (
        <AskColleague
          title="Ask somebody else"
          onClose={close}
          onChosen={(assignee) => decide({ action: "reassign", assignee })}
        />
      );
    case "snooze":
      return (
        <AskUntil
          title="Put reminders off"
          explained="It can still be decided at any time."
          onClose={close}
          onChosen={(until) => decide({ action: "snooze", until })}
        />
      );
    default:
      return null;
  }
}

interface EditGiven {
  view: ApprovalView;
  isPending: boolean;
  decide: (deciding: Deciding) => void;
  close: () => void;
}

/** One's own text instead; what it changes is shown before it is sent. */
function Edit({ view, isPending, decide, close }: EditGiven) {
  const me = useMe();
  const { approval } = view;
  const [kept, keep] = useDraft(`edit:${approval.approval_id}`, me.person_id);
  const text = kept || approval.text;
  const isSame = text.trim() === approval.text.trim();
  return (
    <div className={classes.edit}>
      <Textarea
        autosize
        minRows={3}
        maxRows={12}
        label="Your text"
        data-autofocus
        maxLength={8_000}
        value={text}
        onChange={(event) => keep(event.currentTarget.value)}
        disabled={isPending}
      />
      {isSame ? null : <Diff before={approval.text} after={text} />}
      <Group justify="flex-end" mt="sm">
        <Button
          variant="default"
          disabled={isPending}
          onClick={() => {
            keep("");
            close();
          }}
        >
          Discard
        </Button>
        <Button
          loading={isPending}
          disabled={isSame || !text.trim()}
          onClick={() => decide({ action: "edit", text: text.trim() })}
        >
          Approve your text
        </Button>
      </Group>
    </div>
  );
}
