import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import type { InboxRow, View } from "../api/contract";
import { Row } from "./Row";
import classes from "./Rows.module.css";

interface Given {
  rows: InboxRow[];
  total: number;
  view: View;
  chosen: string | null;
  marked: ReadonlySet<string>;
  mark: ((id: string) => void) | null;
  isLoading: boolean;
  readOn: (() => void) | null;
}

const ROW_HEIGHT = 86;
const READ_ON_BEFORE_END = 20;

/** Only the rows that are seen, and a few around them, are on the page; the next are read before the end comes. */
export function Rows({ rows, total, view, chosen, marked, mark, isLoading, readOn }: Given) {
  "use no memo";
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.conversation_id ?? index,
    overscan: 8,
  });
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (readOn && last >= rows.length - READ_ON_BEFORE_END) readOn();
  }, [last, rows.length, readOn]);
  const at = rows.findIndex((row) => row.conversation_id === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    // Only when another one is chosen: a list that changes does not jump.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);
  return (
    <div ref={frame} className={classes.frame} data-rows tabIndex={-1}>
      {isLoading ? <Loading /> : null}
      <ul className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {seen.map(({ key, index, start }) => {
          const row = rows[index];
          return row ? (
            <li
              key={key}
              className={classes.place}
              style={{ height: ROW_HEIGHT, transform: `translateY(${String(start)}px)` }}
              aria-setsize={total}
              aria-posinset={index + 1}
            >
              <Row
                row={row}
                view={view}
                isChosen={row.conversation_id === chosen}
                isMarked={marked.has(row.conversation_id)}
                isMarking={marked.size > 0}
                mark={mark}
              />
            </li>
          ) : null;
        })}
      </ul>
    </div>
  );
}

function Loading() {
  return (
    <div aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: 7 }, (_, index) => (
        <div key={index} className={classes.skeleton}>
          <Skeleton circle height={40} />
          <div>
            <Skeleton height={11} width="55%" mb={9} />
            <Skeleton height={10} width="90%" />
          </div>
        </div>
      ))}
    </div>
  );
}
