import { Kbd, Modal, Table } from "@mantine/core";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { commandsHere, useHere } from "./here";
import { PLACES } from "./places";

const SEQUENCE_MS = 1_200;

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** The keys of every page: `g` and a letter go somewhere, `?` lists them, and the page's own commands. */
export function Keys() {
  const navigate = useNavigate();
  const [listed, setListed] = useState(false);
  useEffect(() => {
    let began = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isWriting(event.target) ||
        document.querySelector("[role=dialog]")
      )
        return;
      const went = Date.now() - began < SEQUENCE_MS ? PLACES.find(({ key }) => key === event.key) : undefined;
      began = event.key === "g" ? Date.now() : 0;
      const command = commandsHere().find(({ key }) => key === event.key);
      if (went) void navigate(`/${went.path}`);
      else if (event.key === "?") setListed(true);
      else if (command) command.run();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate]);
  return <Listed opened={listed} onClose={() => setListed(false)} />;
}

function Listed({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const here = useHere();
  const rows: [string, string][] = [
    ["Ctrl K", "Go, do or search"],
    ...PLACES.filter(({ key }) => key).map(({ key, label }): [string, string] => [`g ${key}`, `Go to ${label}`]),
    ...here.filter(({ key }) => key).map(({ key, label }): [string, string] => [String(key), label]),
    ["Ctrl Enter", "Send what you have written"],
    ["Esc", "Close, or leave a field"],
    ["?", "These keys"],
  ];
  return (
    <Modal opened={opened} onClose={onClose} title="Keys">
      <Table>
        <Table.Tbody>
          {rows.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Td w={120}>
                {keys.split(" ").map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
