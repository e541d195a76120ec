import { createBrowserRouter, Navigate, type RouteObject } from "react-router";

import { PLACES, type Place } from "./shell/places";
import { Shell } from "./shell/Shell";
import { Failed, Nowhere } from "./shell/Failed";

/** Reached from a message, and by auditors with its address. */
const EXPLANATION = "conversations/:conversationId/messages/:seq/explanation";

function routeOf(place: Place): RouteObject {
  const path = place.below ? `${place.path}/${place.below}` : place.path;
  return { path, lazy: place.load, errorElement: <Failed /> };
}

export const router = createBrowserRouter(
  [
    {
      path: "/",
      element: <Shell />,
      errorElement: <Failed />,
      hydrateFallbackElement: <></>,
      children: [
        { index: true, element: <Navigate to="/inbox/mine" replace /> },
        ...PLACES.map(routeOf),
        {
          path: EXPLANATION,
          lazy: () => import("./organisation/explanation/ExplanationPage"),
          errorElement: <Failed />,
        },
        { path: "*", element: <Nowhere /> },
      ],
    },
  ],
  { basename: "/console" },
);
