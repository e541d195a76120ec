import { Avatar as MantineAvatar, Indicator, type MantineSize } from "@mantine/core";
import { IconRobot } from "@tabler/icons-react";

interface Given {
  name: string;
  /** An AI agent, a colleague or a customer. */
  kind?: "ai" | "person" | "customer";
  size?: MantineSize | number;
  /** Shown as a point: there, or away. */
  presence?: "here" | "away" | undefined;
}

/** Enough of them to tell neighbours apart; each carries white letters. */
const CUSTOMER_COLORS = ["#5b6f7f", "#7a5c86", "#4f7a63", "#8a6238", "#44709a", "#8d5560", "#5f6f3f", "#6a5fa0"];

function colorOf(name: string, kind: "ai" | "person" | "customer"): string {
  if (kind !== "customer") return kind === "ai" ? "holdfast" : "person";
  const sum = [...name].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
  return CUSTOMER_COLORS[sum % CUSTOMER_COLORS.length] ?? "gray";
}

export function initials(name: string): string {
  const words = name
    .replace(/[^\p{L}\p{N}\s]/gu, " ")
    .split(/\s+/)
    .filter(Boolean);
  return (
    words
      .slice(0, 2)
      .map((word) => word.slice(0, 1).toUpperCase())
      .join("") || "?"
  );
}

/** A face without a picture. The name always stands beside it, so it is hidden from screen readers. */
export function Avatar({ name, kind = "person", size = 32, presence }: Given) {
  const face = (
    <MantineAvatar size={size} radius="xl" color={colorOf(name, kind)} variant="filled" aria-hidden>
      {kind === "ai" ? <IconRobot size="60%" /> : initials(name)}
    </MantineAvatar>
  );
  if (!presence) return face;
  return (
    <Indicator size={10} offset={4} position="bottom-end" withBorder color={presence === "here" ? "green" : "yellow"}>
      {face}
    </Indicator>
  );
}
