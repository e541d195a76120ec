import { Anchor, Group, Loader, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { call } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { Mark } from "../Mark";
import { Empty, pageClasses } from "../Page";
import { counted } from "../../shell/words";
import { inWords } from "../words";
import type { PersonView } from "./People";

/** Whom rules may ask together. Teams stand in the specification, so that changes of them are planned and undone. */
export function Teams() {
  const people = useQuery({
    queryKey: ["people", "administration"],
    queryFn: ({ signal }) => call<PersonView[]>("/v1/people", { signal }),
  });
  if (people.isPending) return <Loader role="status" aria-label="Loading" />;
  if (people.error) return <ProblemAlert error={people.error} retry={() => void people.refetch()} />;
  const teams = new Map<string, PersonView[]>();
  for (const person of people.data) {
    for (const team of person.teams) teams.set(team, [...(teams.get(team) ?? []), person]);
  }
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        Teams, their members and skills are part of the specification:{" "}
        <Anchor component={Link} inherit to="/specification/files/organisation.yaml">
          change them there
        </Anchor>
        .
      </Text>
      {teams.size ? (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {[...teams].map(([team, members]) => (
            <section key={team} className={pageClasses.card} aria-label={team}>
              <Group justify="space-between" mb="xs">
                <Text fw={650} component="h2">
                  {inWords(team)}
                </Text>
                <Text size="xs" c="dimmed">
                  {counted(members.length, "member")}
                </Text>
              </Group>
              <Group gap={6}>
                {members.map((member) => (
                  <Mark key={member.id} tone="person">
                    {member.name || member.id}
                  </Mark>
                ))}
              </Group>
            </section>
          ))}
        </SimpleGrid>
      ) : (
        <Empty>There is no team yet.</Empty>
      )}
    </>
  );
}
