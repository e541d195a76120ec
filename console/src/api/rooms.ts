import { useQuery } from "@tanstack/react-query";

import { callIfThere } from "./client";
import type { Room } from "./contract";

export function useRooms() {
  return useQuery({
    queryKey: ["rooms"],
    queryFn: async ({ signal }) => (await callIfThere<Room[]>("/v1/rooms", { signal })) ?? [],
    staleTime: 30_000,
  });
}
