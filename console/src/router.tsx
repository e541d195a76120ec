import { createBrowserRouter, Navigate, type RouteObject } from "react-router";

import { PLACES, type Place } from "./shell/places";
import { Shell } from "./shell/Shell";
import { Failed, Nowhere } from "./shell/Failed";

function routesOf(place: Place): RouteObject[] {
  const paths = [place.path, ...(place.below ?? []).map((rest) => `${place.path}/${rest}`)];
  return paths.map((path) => ({ path, lazy: place.load, errorElement: <Failed /> }));
}

export const router = createBrowserRouter(
  [
    {
      path: "/",
      element: <Shell />,
      errorElement: <Failed />,
      children: [
        { index: true, element: <Navigate to="/inbox/mine" replace /> },
        ...PLACES.flatMap(routesOf),
        { path: "*", element: <Nowhere /> },
      ],
    },
  ],
  { basename: "/console" },
);
