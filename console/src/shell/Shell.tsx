import { Drawer, Loader } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { Outlet } from "react-router";

import { useLive } from "../api/live";
import { meQuery } from "../api/me";
import { Banners } from "./Banners";
import { Commands } from "./Commands";
import { Keys } from "./Keys";
import { ProblemAlert } from "./ProblemAlert";
import { useOnPhone } from "./phone";
import { Sidebar } from "./Sidebar";
import { Tabs } from "./Tabs";
import classes from "./Shell.module.css";

/** What is around every page: navigation, banners, commands. It waits until it is known who is there. */
export function Shell() {
  const me = useQuery(meQuery);
  if (me.data) return <Frame />;
  return (
    <main className={classes.waiting} aria-busy={me.isPending}>
      {me.isError && me.error ? (
        <ProblemAlert error={me.error} retry={() => void me.refetch()} />
      ) : (
        <Loader role="status" aria-label="Loading" />
      )}
    </main>
  );
}

function Frame() {
  useLive();
  const onPhone = useOnPhone();
  const [menuOpen, menu] = useDisclosure(false);
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#page">
        Skip to the page
      </a>
      <Banners />
      <div className={classes.body}>
        {onPhone ? null : <Sidebar />}
        <main id="page" className={classes.page} tabIndex={-1}>
          <Suspense fallback={<Loader role="status" aria-label="Loading" m="xl" />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {onPhone ? <Tabs openMenu={menu.open} /> : null}
      <Drawer
        opened={menuOpen && onPhone}
        onClose={menu.close}
        size={290}
        padding={0}
        title="Menu"
        classNames={{ body: classes.drawer, header: classes.drawerHeader }}
      >
        <Sidebar onGo={menu.close} />
      </Drawer>
      <Commands />
      <Keys />
    </div>
  );
}
