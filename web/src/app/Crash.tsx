import { Component, type ReactNode } from "react";
import { texts } from "../i18n/index.ts";

/** Says so when a part of the page breaks, instead of a blank screen. */
export class Crash extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="sign">
        <h1>{texts().app.crashed}</h1>
        <button className="button main" onClick={() => location.reload()}>
          {texts().app.reload}
        </button>
      </main>
    );
  }
}
