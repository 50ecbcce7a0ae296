/** What one sees when signed in: the shell with a screen in it. Every screen but Today and the lists loads late. */
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { firstPlace, JOIN } from "../screens/join/pending.ts";
import { ListScreen } from "../screens/list/ListScreen.tsx";
import { Nowhere } from "../screens/nowhere/Nowhere.tsx";
import { Today } from "../screens/today/Today.tsx";
import { Upcoming } from "../screens/upcoming/Upcoming.tsx";
import { queries } from "../todos/replica.ts";
import { Account } from "./Account.tsx";
import { Shell } from "./Shell.tsx";

const About = lazy(() => import("../screens/about/About.tsx"));
const Join = lazy(() => import("../screens/join/Join.tsx"));
const Done = lazy(() => import("../screens/done/Done.tsx"));
const Trash = lazy(() => import("../screens/trash/Trash.tsx"));
const Devices = lazy(() => import("../screens/devices/Devices.tsx"));
const Settings = lazy(() => import("../screens/settings/Settings.tsx"));
const Messages = lazy(() => import("../screens/messages/Messages.tsx"));
const Operator = lazy(() => import("../screens/operator/Operator.tsx"));
const Search = lazy(() => import("../screens/search/Search.tsx"));

export default function Inside() {
  return (
    <QueryClientProvider client={queries}>
      <Account>
        <Shell>
          <Screens />
        </Shell>
      </Account>
    </QueryClientProvider>
  );
}

/** One line a screen. The path is what people see and keep; see README.md for how to add one. */
function Screens() {
  return (
    <Suspense fallback={<div aria-busy="true" />}>
      <Switch>
        <Route path="/app/today" component={Today} />
        <Route path="/app/upcoming" component={Upcoming} />
        <Route path="/app/list/:id">{({ id }) => <ListScreen key={id} id={id} />}</Route>
        <Route path="/app/list/:id/about">{({ id }) => <About key={id} id={id} />}</Route>
        <Route path={JOIN} component={Join} />
        <Route path="/app/done" component={Done} />
        <Route path="/app/trash" component={Trash} />
        <Route path="/app/search" component={Search} />
        <Route path="/app/messages" component={Messages} />
        <Route path="/app/devices" component={Devices} />
        <Route path="/app/settings" component={Settings} />
        <Route path="/app/operator" component={Operator} />
        {["/", "/app", "/app/", "/app/signin", "/app/signup"].map((path) => (
          <Route key={path} path={path}>
            <Redirect to={firstPlace()} replace />
          </Route>
        ))}
        <Route component={Nowhere} />
      </Switch>
      <ToTop />
    </Suspense>
  );
}

/** A new screen begins at its top, and its title is the page's. */
function ToTop() {
  const [path] = useLocation();
  useEffect(() => {
    document.getElementById("main")?.scrollTo(0, 0);
    document.title = `${document.querySelector("h1")?.textContent ?? ""} · recado`.replace(/^ · /, "");
  }, [path]);
  return null;
}
