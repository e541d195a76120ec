import { Anchor, Group, Loader, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { call, callIfThere } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { When } from "../../shell/When";
import { Mark } from "../Mark";
import { Empty, pageClasses, Section } from "../Page";
import { inWords } from "../words";

interface Vendor {
  vendor: string;
  answers?: boolean;
  state?: string;
  since?: string | null;
  text: string;
}

interface Readiness {
  missing?: string[];
}

/** Which vendors answer, and whether the platform itself is ready. */
export function Integrations() {
  const vendors = useQuery({
    queryKey: ["vendors"],
    queryFn: ({ signal }) => call<Vendor[]>("/v1/vendors", { signal }),
    refetchInterval: 15_000,
  });
  const ready = useQuery({
    queryKey: ["readyz"],
    queryFn: async ({ signal }) => {
      const response = await fetch("/readyz", { signal });
      return { ok: response.ok, told: (await response.json()) as Readiness };
    },
    refetchInterval: 15_000,
    retry: false,
  });
  const settings = useQuery({
    queryKey: ["console-settings"],
    queryFn: ({ signal }) => callIfThere<{ temporal_ui: string | null }>("/v1/console/settings", { signal }),
    staleTime: Infinity,
  });
  return (
    <Stack gap={0}>
      <Section title="The platform">
        {ready.isPending ? <Loader role="status" aria-label="Loading" /> : null}
        {ready.data ? <Ready ok={ready.data.ok} told={ready.data.told} /> : null}
        {settings.data?.temporal_ui ? (
          <Text size="sm" mt="xs">
            Workflows:{" "}
            <Anchor inherit href={settings.data.temporal_ui}>
              the Temporal UI
            </Anchor>
          </Text>
        ) : null}
      </Section>
      <Section title="Vendors" about="As calls to them went lately; a vendor that was never called is not listed.">
        {vendors.isPending ? <Loader role="status" aria-label="Loading" /> : null}
        {vendors.error ? <ProblemAlert error={vendors.error} retry={() => void vendors.refetch()} /> : null}
        {vendors.data?.length === 0 ? <Empty>No vendor has been called yet.</Empty> : null}
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {vendors.data?.map((vendor) => (
            <section key={vendor.vendor} className={pageClasses.card} aria-label={vendor.vendor}>
              <Group justify="space-between" mb={4}>
                <Text fw={650} component="h3">
                  {inWords(vendor.vendor)}
                </Text>
                <Mark tone={answers(vendor) ? "good" : "bad"}>{answers(vendor) ? "Answers" : "Does not answer"}</Mark>
              </Group>
              <Text size="sm">{vendor.text}</Text>
              {vendor.since ? (
                <Text size="xs" c="dimmed">
                  since <When at={vendor.since} />
                </Text>
              ) : null}
            </section>
          ))}
        </SimpleGrid>
      </Section>
    </Stack>
  );
}

function answers(vendor: Vendor): boolean {
  return vendor.answers ?? (vendor.state === undefined || vendor.state === "closed" || vendor.state === "up");
}

function Ready({ ok, told }: { ok: boolean; told: Readiness }) {
  const missing = told.missing ?? [];
  return (
    <Group gap="xs">
      <Mark tone={ok ? "good" : "bad"}>{ok ? "Ready" : "Not ready"}</Mark>
      <Text size="sm">
        {missing.length ? `${missing.join(" and ")} does not answer.` : "PostgreSQL and Temporal answer."}
      </Text>
    </Group>
  );
}
