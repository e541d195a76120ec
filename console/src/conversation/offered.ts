import { useEffect } from "react";

export interface OfferedText {
  id: string;
  text: string;
}

type Hear = (offered: OfferedText) => void;
const hearers = new Map<string, Hear>();

/** Put a suggestion into the reply that is being written. */
export function offerToComposer(conversationId: string, offered: OfferedText): void {
  hearers.get(conversationId)?.(offered);
}

export function useOffered(conversationId: string, hear: Hear): void {
  useEffect(() => {
    hearers.set(conversationId, hear);
    return () => {
      hearers.delete(conversationId);
    };
  }, [conversationId, hear]);
}
