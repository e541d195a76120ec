import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { showProblem } from "../shell/told";
import { newRequestId, once } from "./intents";
import { call, callIfThere, withParameters } from "./client";
import type { Room, RoomMessage, RoomMessages } from "./contract";

export function useRooms() {
  return useQuery({
    queryKey: ["rooms"],
    queryFn: async ({ signal }) => (await callIfThere<Room[]>("/v1/rooms", { signal })) ?? [],
    staleTime: 30_000,
  });
}

type Wanted =
  | { kind: "team"; name: string }
  | { kind: "direct"; person_id: string }
  | { kind: "conversation"; conversation_id: string };

/** The room of a name, a person or a conversation; made when there is none yet. */
export function useOpenRoom(onOpened: (room: Room) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Wanted) =>
      call<Room>("/v1/rooms", { method: "POST", body: { ...wanted, request_id: newRequestId() } }),
    onSuccess: (room) => {
      void client.invalidateQueries({ queryKey: ["rooms"] });
      onOpened(room);
    },
    onError: showProblem,
  });
}

const PAGE_MESSAGES = 50;

export function useRoomMessages(roomId: string) {
  return useInfiniteQuery({
    queryKey: ["room", roomId],
    queryFn: ({ pageParam, signal }) =>
      call<RoomMessages>(withParameters(`/v1/rooms/${roomId}/messages`, { before: pageParam, limit: PAGE_MESSAGES }), {
        signal,
      }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.more ? (page.messages[0]?.seq ?? null) : null),
  });
}

interface Written {
  text: string;
  files: string[];
  conversationId: string | null;
}

/** Write in a room; trying again after a failure writes the same message once. */
export function useWrite(roomId: string, onWritten: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ text, files, conversationId }: Written) =>
      once<RoomMessage>(`/v1/rooms/${roomId}/messages`, { text, files, conversation_id: conversationId }),
    onSuccess: () => {
      onWritten();
      void client.invalidateQueries({ queryKey: ["room", roomId] });
      void client.invalidateQueries({ queryKey: ["rooms"] });
    },
    onError: showProblem,
  });
}

/** Whoever sees the last message of a room has read it. */
export function useMarkRead(roomId: string, lastSeq: number): void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (seq: number) =>
      call<Room>(`/v1/rooms/${roomId}/read`, { method: "PUT", body: { seq, request_id: newRequestId() } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["rooms"] }),
  });
  useEffect(() => {
    if (lastSeq > 0 && document.visibilityState === "visible") mutate(lastSeq);
  }, [lastSeq, mutate]);
}
