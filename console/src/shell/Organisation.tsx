import { Menu, UnstyledButton } from "@mantine/core";
import { IconCheck, IconSelector } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { call } from "../api/client";
import { useMe } from "../api/me";
import { showProblem } from "./told";
import classes from "./Organisation.module.css";

/** Which organisation is looked at; whoever belongs to several may change. */
export function Organisation() {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (organisation: string) => call("/v1/me/organisation", { method: "POST", body: { organisation } }),
    onSuccess: () => {
      client.clear();
      location.assign("/console/");
    },
    onError: showProblem,
  });
  const several = me.organisations.length > 1;
  const shown = (
    <UnstyledButton className={classes.organisation} component={several ? "button" : "div"} disabled={change.isPending}>
      <span className={classes.mark} aria-hidden>
        {me.organisation.slice(0, 1).toUpperCase()}
      </span>
      <span className={classes.name}>{me.organisation}</span>
      {several ? <IconSelector size={16} aria-label="Change the organisation" /> : null}
    </UnstyledButton>
  );
  if (!several) return shown;
  return (
    <Menu position="bottom-start" width={230}>
      <Menu.Target>{shown}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Organisation</Menu.Label>
        {me.organisations.map((name) => (
          <Menu.Item
            key={name}
            onClick={() => change.mutate(name)}
            disabled={name === me.organisation}
            rightSection={name === me.organisation ? <IconCheck size={15} aria-label="current" /> : null}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
