import { Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";

import classes from "./Page.module.css";

interface Given {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  /** The page has parts that scroll themselves. */
  fills?: boolean;
  children: ReactNode;
}

/** A page about the organisation: its heading, what can be done on it, and what is on it. */
export function Page({ title, about, actions, fills, children }: Given) {
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  return (
    <div className={classes.page} data-fills={fills || undefined}>
      <div className={classes.head}>
        <div className={classes.heading}>
          <Title order={1} size="h3">
            {title}
          </Title>
          {about ? (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          ) : null}
        </div>
        {actions}
      </div>
      {children}
    </div>
  );
}

interface SectionGiven {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, about, actions, children }: SectionGiven) {
  return (
    <section className={classes.section} aria-label={title}>
      <div className={classes.head}>
        <div className={classes.heading}>
          <Title order={2} size="h4">
            {title}
          </Title>
          {about ? (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          ) : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Wide tables scroll by themselves, with the keyboard too. */
export function Scrolls({ label, children }: { label: string; children: ReactNode }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className={classes.empty}>{children}</div>;
}

export { classes as pageClasses };
