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

const COLORS = { ai: "holdfast", person: "person", customer: "gray" } as const;

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
    <MantineAvatar
      size={size}
      radius="xl"
      color={COLORS[kind]}
      variant={kind === "customer" ? "light" : "filled"}
      aria-hidden
    >
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
