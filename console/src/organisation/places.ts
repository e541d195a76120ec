import type { Place } from "../shell/places";

/** The pages about the organisation itself: each is a line here. */
export const ORGANISATION_PLACES: Place[] = [];
