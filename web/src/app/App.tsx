/** Who sees what: the signed-out screens, or what is inside. Each part is loaded when it is needed. */
import { lazy, Suspense } from "react";
import { Route, Switch } from "wouter";
import { session } from "../api/http.ts";
import { pendingInvitation } from "../screens/join/pending.ts";
import { useSession } from "../session/useSession.ts";

const loadInside = () => import("./Inside.tsx");
const loadSignIn = () => import("../screens/signin/SignIn.tsx");
const Inside = lazy(loadInside);
const SignIn = lazy(loadSignIn);
const SignUp = lazy(() => import("../screens/signup/SignUp.tsx"));
const Forgot = lazy(() => import("../screens/reset/Forgot.tsx"));
const Reset = lazy(() => import("../screens/reset/Reset.tsx"));

pendingInvitation(); // off the address, before a screen for those who are not in is shown there

// Begin to load before React has drawn anything.
void (session.standing.session ? loadInside() : loadSignIn());

export function App() {
  const { session } = useSession();
  return (
    <Suspense fallback={<div className="resting-place" aria-busy="true" />}>
      <Switch>
        <Route path="/app/invite" component={SignUp} />
        <Route path="/app/reset" component={Reset} />
        {!session && <Route path="/app/signup" component={SignUp} />}
        {!session && <Route path="/app/forgot" component={Forgot} />}
        {!session && <Route component={SignIn} />}
        <Route>
          <Inside key={session} />
        </Route>
      </Switch>
    </Suspense>
  );
}
