/** What can be taken back, the latest first: by the toast's button, and by Ctrl+Z. */

const MOST = 50;
const steps: (() => void)[] = [];

/** Remember how to take something back. Returns the function that does so, once. */
export function pushUndo(back: () => void): () => void {
  steps.push(back);
  if (steps.length > MOST) steps.shift();
  return () => {
    const place = steps.indexOf(back);
    if (place < 0) return;
    steps.splice(place, 1);
    back();
  };
}

/** Take the latest back. False when there is nothing. */
export function undoLast(): boolean {
  const back = steps.pop();
  back?.();
  return back !== undefined;
}

export function forgetUndo(): void {
  steps.length = 0;
}
