import { Text } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { IconHandStop, IconPlugConnectedX, IconWifiOff } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useConnection } from "../api/live";
import { useNameOf, useSending } from "../api/me";
import { When } from "./When";
import classes from "./Banners.module.css";

/** What everybody must know at this moment. */
export function Banners() {
  const { online } = useNetwork();
  const connection = useConnection();
  const sending = useSending().data;
  const nameOf = useNameOf();
  return (
    <div aria-live="polite">
      {sending?.stopped ? (
        <Banner tone="danger" icon={<IconHandStop size={17} aria-hidden />}>
          No AI message leaves: {nameOf(sending.by) || "somebody"} stopped automatic sending{" "}
          {sending.at ? <When at={sending.at} /> : null}
          {sending.reason ? ` (${sending.reason})` : ""}. People can still reply.
        </Banner>
      ) : null}
      {online ? null : (
        <Banner tone="wait" icon={<IconWifiOff size={17} aria-hidden />}>
          You are offline. What you write is kept here; send it when you are back.
        </Banner>
      )}
      {online && connection === "lost" ? (
        <Banner tone="wait" icon={<IconPlugConnectedX size={17} aria-hidden />}>
          Live updates are interrupted; connecting again. What you see may be a little old.
        </Banner>
      ) : null}
    </div>
  );
}

function Banner({ tone, icon, children }: { tone: "danger" | "wait"; icon: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.banner} data-tone={tone}>
      {icon}
      <Text size="sm" fw={500} component="span">
        {children}
      </Text>
    </div>
  );
}
